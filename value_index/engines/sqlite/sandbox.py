"""Read-only SQLite connections: what a statement may do, and how much it may take."""

from __future__ import annotations

import os
import re
import sqlite3
from contextlib import closing
from functools import lru_cache, partial
from pathlib import Path
from urllib.parse import quote

from value_index.engines.sqlite.cell_limits import MAX_CELL_BYTES
from value_index.engines.sqlite.virtual_tables import connect, virtual_tables
from value_index.errors import FILE_FAULTS, DatabaseError

BUSY_SECONDS = 0.5
"""How long a locked file is waited for."""
HEAP_BYTES = 512 << 20
"""SQLite's own memory, over all connections of the process: beyond it a statement fails, not the process."""
MAX_SQL_BYTES = 200_000
PAGE_CACHE_KIB = 16_384
MAX_PARAMETERS = 256
"""A statement of ours has none, but those that a virtual table runs within have."""

_READING = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_RECURSIVE})
_UNSAFE_FUNCTIONS = frozenset(
    {"load_extension", "readfile", "writefile", "edit", "fsdir", "fts3_tokenizer", "eval", "sqlite_log", "optimize"}
)  # optimize(t) is a function of FTS3 and FTS4 that rewrites their index
_OWN_PRAGMA = re.compile(
    r"(?>\s|;|--[^\n]*|/\*.*?(?:\*/|\Z))*+(?:EXPLAIN\s+(?:QUERY\s+PLAN\s+)?)?PRAGMA\b", re.IGNORECASE | re.DOTALL
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
        """The first action denied since the last reset; empty if all was allowed."""
        self._within = True

    def admit(self, sql: str) -> None:
        """Take up a statement: a PRAGMA is allowed only where a virtual table asks for it within another one."""
        self._within = _OWN_PRAGMA.match(sql) is None

    def __call__(self, action: int, first: str | None, second: str | None, *_: str | None) -> int:
        if action in _READING:
            return sqlite3.SQLITE_OK
        if action == sqlite3.SQLITE_FUNCTION and (second or "").lower() not in _UNSAFE_FUNCTIONS:
            return sqlite3.SQLITE_OK
        if action == sqlite3.SQLITE_PRAGMA and first == "data_version" and second is None and self._within:
            return sqlite3.SQLITE_OK  # FTS5 asks whether the file has changed
        subject = second if action == sqlite3.SQLITE_FUNCTION else first
        if action == sqlite3.SQLITE_UPDATE and first in ("sqlite_master", "sqlite_temp_master"):
            subject = f"{first} (a table-valued function that is not known declares itself so)"
        self.denied = self.denied or f"{_ACTIONS.get(action, 'action')} {subject or ''}".strip()
        return sqlite3.SQLITE_DENY


def open_read_only(path: Path, *, settled: bool = False) -> sqlite3.Connection:
    """Open a database file that cannot be written through the connection.

    Args:
        settled: `is_settled_wal`; SQLite then makes no -wal and -shm beside the file, and takes it for one that does
            not change: the caller looks whether it has.

    Raises:
        DatabaseError: the file is missing, a folder, empty, corrupt, locked or not a database.
    """
    _check_file(path)
    try:
        return _connect(path, "mode=ro&immutable=1" if settled else "mode=ro")
    except FILE_FAULTS as error:
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
    uri = f"file:{quote(os.fsencode(path.absolute()))}?{query}"
    connection = sqlite3.connect(
        uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False, cached_statements=0
    )
    try:
        connection.text_factory = partial(str, encoding="utf-8", errors="replace")
        _limit(connection)
        connect(connection, virtual_tables(connection))
    except (sqlite3.Error, UnicodeDecodeError):
        connection.close()
        raise
    return connection


def _limit(connection: sqlite3.Connection) -> None:
    for category, limit in (
        (sqlite3.SQLITE_LIMIT_LENGTH, MAX_CELL_BYTES),
        (sqlite3.SQLITE_LIMIT_SQL_LENGTH, MAX_SQL_BYTES),
        (sqlite3.SQLITE_LIMIT_ATTACHED, 0),
        (sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1000),
        (sqlite3.SQLITE_LIMIT_VDBE_OP, 1_000_000),
        (sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH, 1),
        (sqlite3.SQLITE_LIMIT_WORKER_THREADS, 0),
        (sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, MAX_PARAMETERS),
    ):
        connection.setlimit(category, limit)
    connection.execute("PRAGMA query_only = ON")
    connection.execute(f"PRAGMA trusted_schema = {'ON' if _mistrusts_json() else 'OFF'}")
    connection.execute(f"PRAGMA cache_size = -{PAGE_CACHE_KIB}")
    # What is sorted counts as memory: on disk it would have no bound.
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.execute(f"PRAGMA hard_heap_limit = {HEAP_BYTES}")


@lru_cache(maxsize=1)
def _mistrusts_json() -> bool:
    """Whether this SQLite takes its own JSON functions for unsafe, as 3.38 to 3.40 do by mistake.

    A file with one in an index could not be opened at all. The functions that are unsafe are denied by name anyway.
    """
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("PRAGMA trusted_schema = OFF")
        try:
            connection.executescript("CREATE TABLE t (x); CREATE INDEX i ON t (json_extract(x, '$'))")
        except sqlite3.DatabaseError as error:
            return "unsafe" in str(error)
    return False


def is_settled_wal(path: Path) -> bool:
    """Whether a file is in WAL mode and nothing waits in its log."""
    log = Path(f"{path}-wal")
    try:
        with path.open("rb") as file:
            header = file.read(20)
        return header[18:20] == b"\x02\x02" and (not log.exists() or log.stat().st_size == 0)
    except (OSError, ValueError):
        return False  # what is wrong with it shows when it is opened


def _explain(path: Path, error: Exception) -> str:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    name = repr(str(path))
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return f"{name} is locked by another program: close it there, or try again"
    if code == sqlite3.SQLITE_NOTADB:
        return f"{name} is not a SQLite database (or it is encrypted)"
    if "malformed database schema" in str(error):
        cause = str(error).removeprefix("malformed database schema ")
        version = sqlite3.sqlite_version
        return (
            f"{name} declares what SQLite {version} cannot read, or is damaged: {cause}; try a newer Python or SQLite"
        )
    if code == sqlite3.SQLITE_READONLY or (code == sqlite3.SQLITE_CANTOPEN and Path(f"{path}-journal").exists()):
        return f"{name} was left in the middle of a change: open it once with a program that may write, then try again"
    if code == sqlite3.SQLITE_CORRUPT or isinstance(error, UnicodeDecodeError):
        return f"{name} is corrupt: {error}"
    return f"cannot read {name}: {error}"
