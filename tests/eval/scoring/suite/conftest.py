"""A small database whose own rows hide most differences: every owner has one dog, no age is missing."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from eval.scoring.suite.pool import Pool
from value_index.database import Database
from value_index.engines.sqlite.database import SQLiteDatabase

SCRIPT = """
CREATE TABLE owner (id INTEGER PRIMARY KEY, town TEXT NOT NULL);
CREATE TABLE dog (
  id INTEGER PRIMARY KEY, name TEXT, age INTEGER, breed TEXT,
  owner_id INTEGER NOT NULL REFERENCES owner (id), vet_id INTEGER REFERENCES vet (id)
);
CREATE TABLE vet (id INTEGER PRIMARY KEY, name TEXT);
CREATE VIEW old_dog AS SELECT * FROM dog WHERE age > 10;
INSERT INTO owner VALUES (1, 'Ghent'), (2, 'Lille'), (3, 'Namur');
INSERT INTO vet VALUES (1, 'Anna'), (2, 'Bram');
INSERT INTO dog VALUES (1, 'Rex', 3, 'pug', 1, 1), (2, 'Fee', 5, 'lab', 2, 1), (3, 'Mop', 9, 'lab', 3, 2);
"""


@pytest.fixture
def database(tmp_path: Path) -> Database:
    path = tmp_path / "kennel.sqlite"
    connection = sqlite3.connect(path)
    connection.executescript(SCRIPT)
    connection.close()
    return SQLiteDatabase.open(path)


@pytest.fixture
def pool(database: Database) -> Pool:
    return Pool.of(database)
