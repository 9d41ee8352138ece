"""Virtual tables of a SQLite file (FTS3 to FTS5, R-tree, ...): made usable on a connection that only reads."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

from value_index.errors import FILE_FAULTS
from value_index.schema import quoted

_DECLARATION = re.compile(
    r"CREATE\s+VIRTUAL\s+TABLE\s.*?\sUSING\s+[\"\[`]?(\w+)", re.IGNORECASE | re.DOTALL
)  # the name may hold anything, but a name that holds USING is nobody's
BUILT_IN = ("json_each", "json_tree", "dbstat")
"""Table-valued functions that every file may use; they only read."""
_FTS3 = ("content", "segdir", "segments", "stat", "docsize")
_FTS5 = ("data", "idx", "content", "docsize", "config")
_RTREE = ("node", "rowid", "parent")
_SHADOWS = {
    "fts3": _FTS3, "fts4": _FTS3, "fts5": _FTS5, "rtree": _RTREE, "rtree_i32": _RTREE, "geopoly": _RTREE,
}  # fmt: skip
FULL_TEXT = frozenset({"fts3", "fts4", "fts5"})


@dataclass(frozen=True)
class VirtualTable:
    """One virtual table of a file."""

    name: str
    module: str
    """The folded name of the module that reads it."""

    @property
    def shadows(self) -> frozenset[str]:
        """Folded names of the tables in which the module keeps its own data."""
        return frozenset(f"{self.name}_{suffix}".lower() for suffix in _SHADOWS.get(self.module, ()))


def virtual_tables(connection: sqlite3.Connection) -> tuple[VirtualTable, ...]:
    """Return the virtual tables that a file declares."""
    rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table' AND rootpage = 0").fetchall()
    declared = ((name, _DECLARATION.match(sql or "")) for name, sql in rows)
    return tuple(VirtualTable(name, found[1].lower()) for name, found in declared if found)


def connect(connection: sqlite3.Connection, tables: Iterable[VirtualTable]) -> None:
    """Let each module declare its tables, before the authorizer is set.

    A declaration looks to the authorizer like an update of sqlite_master, and an R-tree prepares its writing
    statements with it: done now, the authorizer need not allow either. What cannot be connected fails when it is read.
    """
    for name in (*BUILT_IN, *(table.name for table in tables)):
        with suppress(*FILE_FAULTS):
            connection.execute(f"PRAGMA table_xinfo({quoted(name)})").fetchall()
