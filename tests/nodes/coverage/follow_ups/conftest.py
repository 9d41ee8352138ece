"""The database of ferries."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from nodes.node import Context
from tests.nodes.coverage.follow_ups.ferries import FERRIES
from value_index.engines.sqlite.database import SQLiteDatabase
from value_index.index import ValueIndex


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Context:
    path: Path = tmp_path_factory.mktemp("ferries") / "ferries.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(FERRIES)
    database = SQLiteDatabase.open(path)
    return Context(database.schema, database, ValueIndex.build(database))
