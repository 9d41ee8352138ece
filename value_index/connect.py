"""connect: a database by its address, whatever engine holds it. The one place where an address is read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from value_index.database import Database
from value_index.errors import DatabaseError


def connect(addresses: Sequence[str | Path]) -> Database:
    """Open what `--db` names.

    Raises:
        DatabaseError: it is missing, corrupt, locked, no database, or holds no tables.
    """
    texts = [str(address) for address in addresses]
    if len(texts) != 1:
        raise DatabaseError("give one database")
    if "://" in texts[0]:
        raise DatabaseError(f"{texts[0]!r} is a URL: only SQLite files are supported, give --db FILE")
    from value_index.sqlite.database import SQLiteDatabase

    return SQLiteDatabase.open(texts[0])
