"""A small database with ties, duplicates, NULLs and floats."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from value_index.database import Database
from value_index.engines.sqlite.database import SQLiteDatabase

ROWS = [
    (1, "Ada", 30, 1.5, "FR"),
    (2, "Bea", 30, 2.5, "DE"),
    (3, "Cem", 40, 0.1, "FR"),
    (4, "Dan", None, 0.2, "FR"),
    (5, "Dan", 50, 0.3, "IT"),
]


@pytest.fixture(scope="session")
def people(tmp_path_factory: pytest.TempPathFactory) -> Database:
    path: Path = tmp_path_factory.mktemp("verdicts") / "people.sqlite"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT, age INTEGER, score REAL, country TEXT)")
    connection.executemany("INSERT INTO people VALUES (?, ?, ?, ?, ?)", ROWS)
    connection.commit()
    connection.close()
    return SQLiteDatabase.open(path)
