"""Engine: what a database engine of the tests is called, and how a SQLite database is copied into it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from value_index.engines.sqlite.database import SQLiteDatabase

Copy = Callable[[SQLiteDatabase, str], str]
"""Copies a database into an engine under a name, and returns its address."""


class Engine(NamedTuple):
    """An engine that runs."""

    name: str
    copy: Copy
    password: str = ""
    """Of its owner, as it stands in an address."""
    other_rows: tuple[str, ...] = ()
    """Marks of small cases in which it has other rows than SQLite."""
    unsaid: tuple[str, ...] = ()
    """Marks of small cases that it has no words for."""
    most_unwritten: float = 0.0
    """Of the golds, the share for which it may lack words."""
    lacks: tuple[str, ...] = ()
    """Words that it does not know; a query with one of them is not compared."""
