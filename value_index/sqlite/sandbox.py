"""Read-only SQLite connections: what a statement may do, and how much it may take."""

from __future__ import annotations

import os
import sqlite3
from functools import partial
from pathlib import Path
from urllib.parse import quote

from value_index.errors import DatabaseError

BUSY_SECONDS = 0.5
"""How long a locked file is waited for."""
HEAP_BYTES = 512 << 20
"""SQLite's own memory, over all connections of the process: beyond it a statement fails, not the process."""
MIN_CELL_BYTES = 1 << 20
MAX_CELL_BYTES = 64 << 20
MAX_SQL_BYTES = 200_000
PAGE_CACHE_KIB = 16_384

_READING = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_RECURSIVE})
_UNSAFE_FUNCTIONS = frozenset(
    {"load_extension", "readfile", "writefile", "edit", "fsdir", "fts3_tokenizer", "eval", "sqlite_log"}
)
_ACTIONS = {
    getattr(sqlite3, name): name.removeprefix("SQLITE_").replace("_", " ")
    for name in (
        "SQLITE_ATTACH", "SQLITE_DETACH", "SQLITE_PRAGMA", "SQLITE_TRANSACTION", "SQLITE_SAVEPOINT", "SQLITE_INSERT",
        "SQLITE_UPDATE", "SQLITE_DELETE", "SQLITE_ALTER_TABLE", "SQLITE_ANALYZE", "SQLITE_REINDEX", "SQLITE_FUNCTION",
        "SQLITE_CREATE_INDEX", "SQLITE_CREATE_TABLE", "SQLITE_CREATE_TEMP_INDEX", "SQLITE_CREATE_TEMP_TABLE",
        "SQLITE_CREATE_TEMP_TRIGGER", "SQLITE_CREATE_TEMP_VIEW", "SQLITE_CREATE_TRIGGER", "SQLITE_CREATE_VIEW",
        "SQLITE_CREATE_VTABLE", "SQLITE_DROP_INDEX", "SQLITE_DROP_TABLE", "SQLITE_DROP_TEMP_INDEX",
        "SQLITE_DROP_TEMP_TABLE", "SQLITE_DROP_TEMP_TRIGGER", "SQLITE_DROP_TEMP_VIEW", "SQLITE_DROP_TRIGGER",
        "SQLITE_DROP_VIEW", "SQLITE_DROP_VTABLE",
    )
}  # fmt: skip


class Authorizer:
    """SQLite's compile-time check: reading is allowed, everything else is denied and remembered."""

    def __init__(self) -> None:
        self.denied: str = ""
        """The first action denied since the last reset; empty where all was allowed."""

    def __call__(self, action: int, first: str | None, second: str | None, *_: str | None) -> int:
        if action in _READING:
            return sqlite3.SQLITE_OK
        if action == sqlite3.SQLITE_FUNCTION and (second or "").lower() not in _UNSAFE_FUNCTIONS:
            return sqlite3.SQLITE_OK
        subject = second if action == sqlite3.SQLITE_FUNCTION else first
        self.denied = self.denied or f"{_ACTIONS.get(action, 'action')} {subject or ''}".strip()
        return sqlite3.SQLITE_DENY


def open_read_only(path: Path) -> sqlite3.Connection:
    """Open a database file that cannot be written through the connection.

    Raises:
        DatabaseError: the file is missing, a folder, empty, corrupt, locked or not a database.
    """
    _check_file(path)
    try:
        return _connect(path, "mode=ro")
    except sqlite3.DatabaseError as error:
        # A WAL file in a folder that cannot be written needs no -shm when nothing waits in its log: it cannot change.
        if _is_settled_wal(path) and not os.access(path.parent, os.W_OK):
            return _connect(path, "mode=ro&immutable=1")
        raise DatabaseError(_explain(path, error)) from error


def confine(connection: sqlite3.Connection, authorizer: Authorizer) -> None:
    """Allow reading and nothing else from here on."""
    connection.set_authorizer(authorizer)


def _check_file(path: Path) -> None:
    try:
        if path.is_dir():
            raise DatabaseError(f"{str(path)!r} is a folder, not a SQLite file")
        size = path.stat().st_size
    except FileNotFoundError:
        raise DatabaseError(f"no database at {str(path)!r}: check the path") from None
    except (OSError, ValueError) as error:
        raise DatabaseError(f"cannot open {str(path)!r}: {error}") from None
    if size == 0:
        raise DatabaseError(f"{str(path)!r} is an empty file, not a SQLite database")


def _connect(path: Path, query: str) -> sqlite3.Connection:
    uri = f"file:{quote(str(path.absolute()))}?{query}"
    connection = sqlite3.connect(
        uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False, cached_statements=0
    )
    try:
        connection.text_factory = partial(str, encoding="utf-8", errors="replace")
        _limit(connection, path.stat().st_size)
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _limit(connection: sqlite3.Connection, file_bytes: int) -> None:
    # No stored cell is longer than its file, so a small file keeps what one function call can build small too.
    cell = min(max(file_bytes, MIN_CELL_BYTES), MAX_CELL_BYTES)
    for category, limit in (
        (sqlite3.SQLITE_LIMIT_LENGTH, cell),
        (sqlite3.SQLITE_LIMIT_SQL_LENGTH, MAX_SQL_BYTES),
        (sqlite3.SQLITE_LIMIT_ATTACHED, 0),
        (sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1000),
        (sqlite3.SQLITE_LIMIT_VDBE_OP, 1_000_000),
        (sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH, 1),
        (sqlite3.SQLITE_LIMIT_WORKER_THREADS, 0),
        # No parameters: this is also what lets Database.check compile a statement without running it.
        (sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 0),
    ):
        connection.setlimit(category, limit)
    connection.execute("PRAGMA query_only = ON")
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute(f"PRAGMA cache_size = -{PAGE_CACHE_KIB}")
    connection.execute(f"PRAGMA hard_heap_limit = {HEAP_BYTES}")


def _is_settled_wal(path: Path) -> bool:
    log = Path(f"{path}-wal")
    with path.open("rb") as file:
        header = file.read(20)
    return header[18:20] == b"\x02\x02" and (not log.exists() or log.stat().st_size == 0)


def _explain(path: Path, error: sqlite3.Error) -> str:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    name = repr(str(path))
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return f"{name} is locked by another program: close it there, or try again"
    if code == sqlite3.SQLITE_NOTADB:
        return f"{name} is not a SQLite database (or it is encrypted)"
    if code == sqlite3.SQLITE_CORRUPT:
        return f"{name} is corrupt: {error}"
    return f"cannot read {name}: {error}"
