"""BIRD-Interact's knowledge base and meanings of columns."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from value_index.database import Database
from value_index.knowledge.errors import KnowledgeError
from value_index.knowledge.read import read_knowledge
from value_index.opened import opened

KB = [
    {"id": 1, "knowledge": "Sky Quality Index (SQI)", "description": "How clear it is.", "definition":
     r"$\text{SQI} = \text{ClearShare} \times (1 - \frac{\text{HumidityRate}}{100})$, where 1 is ideal.", "children_knowledge": -1},
    {"id": 2, "knowledge": "Observation Factor (OF)", "description": "Sky and wind.", "definition":
     r"$\text{OF} = \text{SQI} - 0.02 \times \text{WindSpeed}$", "children_knowledge": [1]},
    {"id": 3, "knowledge": "Good Night", "description": "A night to watch.", "definition": "A night whose OF is over 0.5.",
     "children_knowledge": [2]},
    {"id": 4, "knowledge": "Odd Ratio (OR)", "description": "Of what is unknown.", "definition":
     r"$\text{OR} = \frac{\text{Unknown}}{2}$"},
    {"id": 5, "knowledge": "Twice Odd (TO)", "description": "", "definition": r"$\text{TO} = 2 \times \text{OR}$"},
]  # fmt: skip
MEANINGS = {
    "sky|night|clear_share": "Full name: 'Share of Clear Sky'. Explanation: From 0 to 1.",
    "sky|night|humidity_rate": {"column_meaning": "percent"},
    "sky|elsewhere|x": "nothing",
}


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with sqlite3.connect(tmp_path / "sky.sqlite") as connection:
        connection.executescript(
            "CREATE TABLE night (id INTEGER, clear_share REAL, humidity_rate REAL, wind_speed REAL)"
        )
    connection.close()
    found = opened([str(tmp_path / "sky.sqlite")])
    yield found
    found.close()


def test_a_knowledge_base(tmp_path: Path, database: Database) -> None:
    path = tmp_path / "sky_kb.jsonl"
    path.write_text("\n".join(map(json.dumps, KB)))
    known = read_knowledge([path], database)
    first = "night.clear_share * (1 - (night.humidity_rate) * 1.0 / (100))"
    assert [(each.name, each.synonyms, each.expression) for each in known.metrics] == [
        ("Sky Quality Index", ("SQI",), first),
        ("Observation Factor", ("OF",), f"({first}) - 0.02 * night.wind_speed"),
    ]
    assert [(each.name, each.builds_on) for each in known.definitions] == [
        ("Good Night", ("OF",)),
        ("OR", ()),
        ("TO", ("OR",)),
    ]
    assert known.definitions[0].source == f"{path}:3"


def test_meanings_of_columns(tmp_path: Path, database: Database) -> None:
    path = tmp_path / "sky_column_meaning_base.json"
    path.write_text(json.dumps(MEANINGS, indent=1))
    parts = read_knowledge([path], database).parts
    assert [(part.synonyms, part.description, part.source) for part in parts] == [
        (("Share of Clear Sky",), "Explanation: From 0 to 1.", f"{path}:2"),
        ((), '{"column_meaning": "percent"}', f"{path}:3"),
    ]


def test_a_line_that_is_no_entry(tmp_path: Path, database: Database) -> None:
    (tmp_path / "a_kb.jsonl").write_text('{"id": 1, "knowledge": "x"}\n{"id": 2}\n')
    with pytest.raises(KnowledgeError, match=r"a_kb.jsonl:2: not an entry of a knowledge base: knowledge: "):
        read_knowledge([tmp_path / "a_kb.jsonl"], database)
