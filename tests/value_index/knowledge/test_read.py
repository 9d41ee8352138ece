"""Files of knowledge: what is read from each form, and what is refused with its line."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from value_index.database import Database
from value_index.knowledge.errors import KnowledgeError
from value_index.knowledge.read import read_knowledge
from value_index.opened import opened

OWN = """\
tables:
  pet:
    synonyms: [critters]
    columns:
      sx:
        synonyms: [gender]
        description: Sex of the animal.
        values:
          F: [female, girls]
questions:
  - question: How many critters?
    sql: SELECT count(*) FROM pet;
"""
DBT = """\
version: 2
models:
  - name: orders_elsewhere
  - name: pet
    description: One animal.
    columns:
      - name: kg
        description: Weight.
        meta: {synonyms: [heft]}
      - name: computed_downstream
"""
OSSIE = """\
version: 0.2.0.dev0
semantic_model:
  - name: kennel
    datasets:
      - name: animals
        source: main.public.pet
        ai_context: {instructions: none, synonyms: [critters]}
        fields:
          - name: body_mass
            expression: {dialects: [{dialect: ANSI_SQL, expression: pet.kg}]}
            description: Weight.
            ai_context: {synonyms: [heft]}
          - name: pounds
            expression: {dialects: [{dialect: ANSI_SQL, expression: kg * 2.2}]}
      - name: elsewhere
        source: main.public.gone
    metrics: []
"""
OSSIE_FIGURES = """\
semantic_model:
  - name: kennel
    datasets:
      - name: animals
        source: pet
        fields:
          - {name: body_mass, expression: {dialects: [{dialect: ANSI_SQL, expression: kg}]}}
          - {name: pounds, expression: {dialects: [{dialect: ANSI_SQL, expression: pet.kg * 2.2}]}}
      - {name: parents, source: main.pet}
      - {name: elsewhere, source: gone}
    relationships:
      - {name: mother, from: animals, to: parents, from_columns: [id], to_columns: [id], ai_context: {synonyms: [dam]}}
      - {name: lost, from: animals, to: elsewhere, from_columns: [id], to_columns: [id]}
      - {name: pair, from: animals, to: parents, from_columns: [id, sx], to_columns: [id, sx]}
    metrics:
      - name: totalWeight
        expression: {dialects: [{dialect: SNOWFLAKE, expression: x}, {dialect: ANSI_SQL, expression: SUM(animals.pounds)}]}
        description: All of it.
        ai_context: {synonyms: [mass]}
      - {name: heaviest, expression: {dialects: [{dialect: ANSI_SQL, expression: "MAX(animals.body_mass) || ' a.b'"}]}}
      - {name: nowhere, expression: {dialects: [{dialect: ANSI_SQL, expression: SUM(elsewhere.kg)}]}}
      - {name: unsaid}
"""
BIRD = """\
original_column_name,column_name,column_description,data_format,value_description
sx,sex of animal,the sex,text,"commonsense evidence:
F = female
M: male
X stands for unknown"
kg,kg,weight,real,
gone,lost,,,
"""


@pytest.fixture
def database(tmp_path: Path) -> Database:
    path = tmp_path / "kennel.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(
            "CREATE TABLE pet (id INTEGER PRIMARY KEY, sx TEXT, kg REAL); INSERT INTO pet VALUES (1,'F',3.5),(2,'M',9);"
        )
    return opened([str(path)])


def written(tmp_path: Path, name: str, text: str) -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def test_our_own_form_names_parts_values_and_questions(tmp_path: Path, database: Database) -> None:
    found = read_knowledge([written(tmp_path, "k.yaml", OWN)], database)
    assert [(part.written, part.synonyms) for part in found.parts] == [("pet", ("critters",)), ("pet.sx", ("gender",))]
    assert [(value.value, value.words) for value in found.values] == [("F", "female"), ("F", "girls")]
    assert found.questions[0].sql == "SELECT count(*) FROM pet"
    assert found.parts[1].source.endswith("k.yaml:5")


def test_dbt_gives_descriptions_and_synonyms_of_what_is_there(tmp_path: Path, database: Database) -> None:
    found = read_knowledge([written(tmp_path, "schema.yml", DBT)], database)
    assert [(part.written, part.synonyms, part.description) for part in found.parts] == [
        ("pet", (), "One animal."),
        ("pet.kg", ("heft",), "Weight."),
    ]


def test_ossie_gives_names_of_tables_and_plain_columns(tmp_path: Path, database: Database) -> None:
    found = read_knowledge([written(tmp_path, "model.yaml", OSSIE)], database)
    assert [(part.written, part.synonyms, part.description) for part in found.parts] == [
        ("pet", ("animals", "critters"), ""),
        ("pet.kg", ("body mass", "heft"), "Weight."),
    ]
    assert found.parts[1].source.endswith("model.yaml:9")


def test_ossie_gives_relationships_and_metrics(tmp_path: Path, database: Database) -> None:
    found = read_knowledge([written(tmp_path, "model.yaml", OSSIE_FIGURES)], database)
    assert [(metric.names, metric.expression, metric.description) for metric in found.metrics] == [
        (("total weight", "mass"), "SUM((pet.kg * 2.2))", "All of it."),
        (("heaviest",), "MAX(pet.kg) || ' a.b'", ""),
    ]
    assert found.metrics[0].source.endswith("model.yaml:16")
    assert [(str(join.source), str(join.target), join.names) for join in found.joins] == [
        ("pet.id", "pet.id", ("dam",))
    ]


def test_a_description_of_bird_gives_names_and_stored_codes(tmp_path: Path, database: Database) -> None:
    found = read_knowledge([written(tmp_path, "pet.csv", BIRD)], database)
    assert [(part.written, part.synonyms) for part in found.parts] == [("pet.sx", ("sex of animal",)), ("pet.kg", ())]
    assert [(value.value, value.words) for value in found.values] == [("F", "female"), ("M", "male")]


def test_a_folder_is_all_of_its_files(tmp_path: Path, database: Database) -> None:
    folder = tmp_path / "known"
    folder.mkdir()
    written(folder, "pet.csv", BIRD)
    written(folder, "k.yaml", OWN)
    assert len(read_knowledge([folder], database).parts) == 4


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("k.yaml", "tables:\n  pet:\n    synonym: [x]\n", "k.yaml:3: tables.pet.synonym: Extra inputs"),
        ("k.yaml", "tables:\n  dog: {}\n", "k.yaml:2: the database has no table 'dog'"),
        ("k.yaml", "tables:\n  pet:\n    columns:\n      age: {}\n", "k.yaml:4: the table 'pet' has no column 'age'"),
        (
            "k.yaml",
            "tables:\n  pet:\n    columns:\n      sx:\n        values: {Z: [z]}\n",
            "k.yaml:5: pet.sx holds no 'Z'",
        ),
        ("k.yaml", "questions:\n  - question: a\n    sql: SELECT nothing FROM pet\n", "k.yaml:3: the SQL does not run"),
        ("k.json", '{"datasets": [\n{"fields": []}]}', "k.json:2: datasets.0.name: Field required"),
        ("k.yaml", "tables: [\n", "k.yaml:2: not YAML"),
        ("k.yaml", "tables:\n  pet: " + "[" * 500 + "]" * 500, "k.yaml:2: nested too deep to be knowledge"),
        ("k.yaml", "just words", "k.yaml:1: Input should be a valid dictionary"),
        ("pet.csv", "name,meaning\n", "pet.csv:1: no column 'original_column_name'"),
        ("dog.csv", BIRD, "dog.csv:1: the database has no table 'dog'"),
        ("k.txt", "", "k.txt: knowledge is read from"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_line(
    tmp_path: Path, database: Database, name: str, text: str, line: str
) -> None:
    with pytest.raises(KnowledgeError) as refused:
        read_knowledge([written(tmp_path, name, text)], database)
    assert str(refused.value).startswith(str(tmp_path))
    assert line in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_missing_file_is_one_line(tmp_path: Path, database: Database) -> None:
    with pytest.raises(KnowledgeError, match="cannot read the knowledge"):
        read_knowledge([tmp_path / "none.yaml"], database)
