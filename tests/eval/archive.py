"""A small archive in the official layout, made for the tests: two databases, a few dialogues."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

SHOP = """
CREATE TABLE city (id INTEGER PRIMARY KEY, name TEXT, country TEXT, people INTEGER);
CREATE TABLE shop (id INTEGER PRIMARY KEY, name TEXT, city_id INTEGER REFERENCES city(id), opened TEXT);
INSERT INTO city VALUES (1, 'Lyon', 'FR', 500), (2, 'Paris', 'FR', 2000), (3, 'Bern', 'CH', 130);
INSERT INTO shop VALUES (1, 'Nord', 1, '2001'), (2, 'Sud', 1, '2003'), (3, 'Est', 2, '2001');
"""
FARM = """
CREATE TABLE animal (id INTEGER PRIMARY KEY, name TEXT, weight REAL);
INSERT INTO animal VALUES (1, 'Bella', 520.5), (2, 'Rosa', 480.0);
"""

DIALOGUES: list[dict[str, Any]] = [
    {
        "database_id": "shop_1",
        "final": {"utterance": "secret", "query": "SELECT 'final'"},
        "interaction": [
            {"utterance": "Show all city names.", "query": "SELECT name FROM city", "utterance_toks": ["Show"]},
            {"utterance": "Only those in FR.", "query": "SELECT name FROM city WHERE country = 'FR'"},
            {"utterance": "With at least 600 people.",
             "query": "SELECT name FROM city WHERE country = 'FR' AND people > = 600"},
        ],
    },
    {
        "database_id": "farm_1",
        "interaction": [
            {"utterance": "How many animals? | Do you mean all? | yes", "query": "SELECT count ( * ) FROM animal"},
            {"utterance": "Their mean weight?", "query": "SELECT avg(weight) FROM animal"},
        ],
    },
    {
        "database_id": "shop_1",
        "interaction": [
            {"utterance": "Which shops are in Lyon?",
             "query": "SELECT T1.name FROM shop AS T1 JOIN city AS T2 ON T1.city_id = T2.id WHERE T2.name = 'Lyon'"},
            {"utterance": "How many per city?", "query": "SELECT city_id , count(*) FROM shop GROUP BY city_id"},
            {"utterance": "Say something broken.", "query": "SELECT nothing FROM nowhere"},
        ],
    },
]  # fmt: skip
"""Eight turns, the last with a gold that does not run."""


def make_archive(folder: Path, dialogues: Sequence[dict[str, Any]] = DIALOGUES) -> Path:
    """Write the archive as CoSQL unpacks, without a `dialogues/` folder and without tables.json."""
    for name, script in (("shop_1", SHOP), ("farm_1", FARM)):
        path = folder / "database" / name / f"{name}.sqlite"
        path.parent.mkdir(parents=True)
        with sqlite3.connect(path) as connection:
            connection.executescript(script)
        connection.close()
    write_split(folder, dialogues)
    return folder


def write_split(folder: Path, dialogues: Any) -> Path:
    """Write the dev split of CoSQL."""
    path = folder / "sql_state_tracking" / "cosql_dev.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(dialogues if isinstance(dialogues, str) else json.dumps(dialogues), encoding="utf-8")
    return path
