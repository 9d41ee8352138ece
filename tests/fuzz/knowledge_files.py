"""Files of knowledge: our own YAML, dbt's, Ossie's and BIRD's forms, torn, with lines exchanged and parts of other kinds."""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from hypothesis import strategies as st

from nodes.knowledge.turn_knowledge import TurnKnowledge
from nodes.lexical.utterance import Utterance
from tests.fuzz.json_inputs import DEEP, broken_bytes, broken_json
from tests.fuzz.target import one_line
from tests.fuzz.yaml_lines import edited_lines
from tests.value_index.knowledge.test_read import BIRD, DBT, OSSIE, OWN
from value_index.errors import TurnSQLError
from value_index.knowledge.read import read_knowledge
from value_index.opened import opened

SCRIPT = "CREATE TABLE pet (id INTEGER PRIMARY KEY, sx TEXT, kg REAL); INSERT INTO pet VALUES (1,'F',3.5),(2,'M',9);"
AS_JSON = [
    {"tables": {"pet": {"synonyms": ["critters"], "columns": {"sx": {"values": {"F": ["female"]}}}}}},
    {"questions": [{"question": "How many critters?", "sql": "SELECT count(*) FROM pet"}]},
    {"models": [{"name": "pet", "meta": {"synonyms": ["critters"]}, "columns": [{"name": "kg", "meta": {}}]}]},
    {
        "datasets": [
            {"name": "pet", "source": "main.pet", "ai_context": {"synonyms": ["x"]}, "fields": [{"name": "kg"}]}
        ]
    },
]
_DOUBLING = "\n".join(["a0: &a0 [x, x]", *(f"a{n + 1}: &a{n + 1} [*a{n}, *a{n}]" for n in range(40))])
KNOWLEDGE_FILES = st.one_of(
    st.tuples(st.just("k.yaml"), edited_lines((OWN, DBT, OSSIE)).flatmap(broken_bytes)),
    st.tuples(st.just("k.json"), broken_json(AS_JSON)),
    st.tuples(st.just("pet.csv"), edited_lines((BIRD,)).flatmap(broken_bytes)),
)

KEPT = (
    ("k.json", DEEP.encode()),
    ("k.yaml", DEEP.encode()),
    ("k.yaml", _DOUBLING.encode()),
    ("pet.csv", ("original_column_name\n" + '"' + "x" * 200_000 + '"\n').encode()),
)
"""What the readers of suites once stumbled over, and a field of CSV beyond its reader's bound."""


def read_knowledge_file(case: tuple[str, bytes]) -> None:
    """Read a file about a database, and what it says of a question."""
    name, content = case
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        database = opened([_kennel(Path(folder))])
        try:
            known = read_knowledge([path], database)
        except TurnSQLError as error:
            one_line(error)
            return
        finally:
            database.close()
        turn = TurnKnowledge(known, Utterance.of("How many female critters weigh over 3?"))
        assert turn.spoken(database.schema).tables and all("\n" not in line for line in turn.lines(database.schema))


def _kennel(folder: Path) -> str:
    path = folder / "kennel.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(SCRIPT)
    return str(path)
