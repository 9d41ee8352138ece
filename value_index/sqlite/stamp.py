"""stamp: what tells one state of a database file from another."""

from __future__ import annotations

import os
from pathlib import Path

from value_index.errors import DatabaseError


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
        raise DatabaseError(f"cannot open {str(path)!r}: {error}") from None
    state = (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
    try:
        log = os.stat(f"{path}-wal")
    except OSError:
        return state
    return (*state, log.st_size, log.st_mtime_ns) if log.st_size else state
