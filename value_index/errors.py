"""One error root for the project's lowest layer, shown to a user as one line."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import ValidationError


class TurnSQLError(Exception):
    """A user's mistake or an unreachable resource: one clear line that says what to do."""


class DatabaseError(TurnSQLError):
    """A database file that is missing, corrupt, locked or not a database."""


class UnreadableError(DatabaseError):
    """One table or column that cannot be read; the rest of the file can."""


def first_problem(error: ValidationError, *, inside: str = "", shows_input: bool = False) -> str:
    """Return the first problem of values that were refused, in one line, as `where: what`.

    Args:
        error: what was refused.
        inside: the key of the table that was checked, put before the place in it.
        shows_input: whether the value itself is shown too.

    >>> from pydantic import TypeAdapter, ValidationError
    >>> try:
    ...     _ = TypeAdapter(dict[str, int]).validate_python({"a": "x"})
    ... except ValidationError as error:
    ...     first_problem(error, inside="eval")
    'eval.a: Input should be a valid integer, unable to parse string as an integer'
    """
    first = error.errors(include_url=False)[0]
    where = ".".join([*([inside] if inside else []), *map(str, first["loc"])])
    said = f"{where}: {first['msg']}" if where else first["msg"]
    return f"{said} (got {first['input']!r})" if shows_input else said


def reason(error: Exception) -> str:
    """Return why a file could not be read or written; the message before it names the file, so the reason does not.

    >>> reason(FileNotFoundError(2, "No such file or directory", "shop.toml"))
    'No such file or directory'
    >>> reason(UnicodeDecodeError("utf-8", b"ab\xff", 2, 3, "invalid start byte"))
    'it is not UTF-8 text, by its byte 3'
    """
    if isinstance(error, UnicodeDecodeError):
        return f"it is not UTF-8 text, by its byte {error.start + 1}"
    return getattr(error, "strerror", None) or str(error)


FILE_FAULTS = (sqlite3.DatabaseError, UnicodeDecodeError)
"""What a damaged file raises: sqlite3 cannot tell a fault that names what is no text."""
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
