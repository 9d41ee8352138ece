"""Labels of gold literals, and the measure of the index against them."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from random import Random

import pytest
from typer.testing import CliRunner

from eval.checks.misspellings import CHANGES, misspelled
from eval.checks.value_index import measure
from eval.datasets import Dataset, load
from eval.gold.value_labels import Label, Labeller
from turnsql import app
from value_index.grounding.aliases import Aliases

TURNS = [
    ("Which airlines are from France?", "SELECT name FROM airline WHERE country_code = 'FR'"),
    ("When was air azure founded?", "SELECT founded FROM airline WHERE name = 'Air Azure'"),
    ("And its id?", "SELECT id FROM airline WHERE name = 'Air Azure'"),
    ("Airlines founded after 1955", "SELECT name FROM airline WHERE founded > 1955"),
    ("Is there a Rheinflgu?", "SELECT * FROM airline WHERE name = 'Rheinflug'"),
    ("Which are French?", "SELECT name FROM country WHERE name = 'France'"),
    ("And others?", "SELECT name FROM country WHERE name = 'Atlantis'"),
    ("Names that have Azure in them", "SELECT name FROM airline WHERE name LIKE '%Azure%'"),
]


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    (tmp_path / "sql_state_tracking").mkdir()
    (tmp_path / "database" / "air").mkdir(parents=True)
    interaction = [{"utterance": utterance, "query": query} for utterance, query in TURNS]
    rows = [{"database_id": "air", "interaction": interaction}]
    (tmp_path / "sql_state_tracking" / "cosql_dev.json").write_text(json.dumps(rows))
    (tmp_path / "tables.json").write_text("[]")
    connection = sqlite3.connect(tmp_path / "database" / "air" / "air.sqlite")
    connection.executescript(
        "CREATE TABLE country (code TEXT PRIMARY KEY, name TEXT);"
        "INSERT INTO country VALUES ('FR', 'France'), ('DE', 'Germany'), ('US', 'United States');"
        "CREATE TABLE airline (id INTEGER PRIMARY KEY, name TEXT, country_code TEXT REFERENCES country, founded INT);"
        "INSERT INTO airline VALUES (1, 'Air Azure', 'FR', 1933), (2, 'Rheinflug', 'DE', 1955);"
    )
    connection.close()
    return load("cosql", tmp_path, "dev")


def labels(dataset: Dataset) -> list[Label]:
    return list(Labeller(dataset).all())


def test_every_literal_is_labelled_by_how_it_is_named(dataset: Dataset) -> None:
    found = [(label.turn, str(label.column), label.value, label.kind, label.mention) for label in labels(dataset)]
    assert found == [
        (0, "airline.country_code", "FR", "alias", "France"),
        (1, "airline.name", "Air Azure", "folded", "air azure"),
        (2, "airline.name", "Air Azure", "carried", ""),
        (3, "airline.founded", 1955, "exact", "1955"),
        (4, "airline.name", "Rheinflug", "fuzzy", "Rheinflgu"),
        (5, "country.name", "France", "alias", "French"),
        (6, "country.name", "Atlantis", "not_in_question", ""),
        (7, "airline.name", "%Azure%", "exact", "Azure"),
    ]


def test_only_what_is_stored_and_named_is_asked_for(dataset: Dataset) -> None:
    assert [label.turn for label in labels(dataset) if not label.reachable] == [6, 7]
    assert not labels(dataset)[6].stored


def test_the_index_is_measured_against_the_labels(dataset: Dataset) -> None:
    tally = measure(dataset)
    assert sum(tally.reachable.values()) == 6
    assert tally.value["folded"] == tally.value["carried"] == 1
    assert tally.given >= tally.right > 0 and tally.silent == 2
    assert any("precision" in line for line in tally.lines())


def test_commands_write_and_print(dataset: Dataset, tmp_path: Path) -> None:
    out = tmp_path / "labels.jsonl"
    place = ["--data", str(dataset.folder)]
    result = CliRunner().invoke(app, ["eval", "labels", *place, "--out", str(out)])
    assert result.exit_code == 0 and "1 carried" in result.stdout
    assert [Label.model_validate_json(line).value for line in out.read_text().splitlines()][1] == "Air Azure"
    result = CliRunner().invoke(app, ["eval", "grounding", *place, "--dialogues", "0:1"])
    assert result.exit_code == 0 and "right column first" in result.stdout


def test_changes_are_seeded_and_keep_the_mention() -> None:
    aliases = Aliases()
    for change in CHANGES:
        first = misspelled("São Gabriel", change, Random(1), aliases)
        assert first == misspelled("São Gabriel", change, Random(1), aliases)
    assert misspelled("Rome", "one edit", Random(1), aliases) is None
    assert misspelled("Rome", "dropped word", Random(1), aliases) is None
    assert misspelled("São", "no accents", Random(1), aliases) == "Sao"
    assert misspelled("France", "demonym", Random(1), aliases) == "French"
    assert misspelled("city", "plural", Random(1), aliases) == "cities"
