"""small_database: a SQLite file made of a script, opened with its value index, for the tests of nodes/."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from nodes.node import Context
from value_index.engines.sqlite.database import SQLiteDatabase
from value_index.index import ValueIndex


@contextmanager
def small_database(folder: Path, script: str, name: str = "small") -> Iterator[Context]:
    """Make a database in a folder and open it; it is closed at the end."""
    path = folder / f"{name}.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(script)
    database = SQLiteDatabase.open(path)
    yield Context(database.schema, database, ValueIndex.build(database))
    database.close()
