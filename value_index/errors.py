"""One error root for the project's lowest layer, shown to a user as one line."""

from __future__ import annotations

import sqlite3


class TurnSQLError(Exception):
    """A user's mistake or an unreachable resource: one clear line that says what to do."""


class DatabaseError(TurnSQLError):
    """A database file that is missing, corrupt, locked or not a database."""


class UnreadableError(DatabaseError):
    """One table or column that cannot be read; the rest of the file can."""


_MACHINE_FAULTS = frozenset(
    {
        sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PROTOCOL, sqlite3.SQLITE_READONLY,
    }
)  # fmt: skip


def is_machine_fault(error: Exception) -> bool:
    """Whether a statement failed by what surrounds it: a lock, a full disk, a fault of reading the file.

    The same statement may succeed at another time, so it says nothing about the SQL.
    """
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in _MACHINE_FAULTS
