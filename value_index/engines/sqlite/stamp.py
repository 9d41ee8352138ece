"""stamp: what tells one state of a database file from another."""

from __future__ import annotations

import os
from pathlib import Path

from value_index.errors import DatabaseError, reason

FILE = 5
"""Parts of a stamp that are of the file itself; the others are of its log."""


def begins_as_database(path: Path) -> bool:
    """Tell whether a file still has SQLite's first bytes: one that was emptied has no table, whatever is asked."""
    try:
        with path.open("rb") as file:
            return file.read(16) == b"SQLite format 3\0"
    except OSError:
        return False


def stamp(path: Path) -> tuple[int, ...]:
    """Return what tells one state of a file from another, the device and inode first.

    Raises:
        DatabaseError: the file is gone.
    """
    try:
        found = path.stat()
    except FileNotFoundError:
        raise DatabaseError(f"no database at {str(path)!r}: check the path") from None
    except (OSError, ValueError) as error:
        raise DatabaseError(f"cannot open {str(path)!r}: {reason(error)}") from None
    state = (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
    try:
        log = os.stat(f"{path}-wal")
    except OSError:
        return state
    return (*state, log.st_size, log.st_mtime_ns) if log.st_size else state
