"""SQLiteSandbox: copies of a SQLite file in a temporary folder; the file itself is only read."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Literal

from eval.interact.judge.execution import DEADLINE, Execution, run_statements
from eval.interact.judge.sandbox import Closing, ConnectionRecipe, plain_name
from value_index.engines.sqlite.cell_limits import MAX_CELL_BYTES
from value_index.engines.sqlite.sandbox import HEAP_BYTES, MAX_SQL_BYTES, Authorizer, confine, open_read_only
from value_index.errors import DatabaseError

_DENIED = frozenset({sqlite3.SQLITE_ATTACH, sqlite3.SQLITE_DETACH, sqlite3.SQLITE_CREATE_VTABLE})
_UNSAFE_FUNCTIONS = frozenset({"load_extension", "readfile", "writefile", "edit", "fts3_tokenizer"})
_PRAGMAS = frozenset(
    {"foreign_keys", "table_info", "table_xinfo", "table_list", "index_list", "index_info", "foreign_key_list"}
    | {"foreign_key_check", "integrity_check", "quick_check", "data_version"}
)


class SQLiteSandbox(Closing):
    """A private copy of a SQLite file."""

    def __init__(self, file: Path, name: str, task_id: str) -> None:
        self.name = name
        self._folder = tempfile.TemporaryDirectory(prefix=f"turnsql-{plain_name(task_id)}-")
        self._start = file
        self._kept = 0
        self._work = Path(self._folder.name) / "work.sqlite"
        self._copied = False

    @property
    def recipe(self) -> ConnectionRecipe:
        """How the copy is opened for writing."""
        self._copy()
        return ConnectionRecipe(kind="sqlite", address=str(self._work))

    def reset(self) -> None:
        """Bring the copy back to where the phase starts."""
        self._copied = False

    def keep(self) -> None:
        """Let the next phase start from what the copy holds now."""
        if self._copied:
            self._kept += 1
            self._start = self._work.rename(self._work.with_name(f"start{self._kept}.sqlite"))
            self._copied = False

    def execute(self, statements: Sequence[str], *, writes: bool, deadline: float = DEADLINE) -> Execution:
        """Run statements on the copy; where they only read, and nothing was written yet, on the file itself."""
        if writes:
            self._copy()
        with closing(self._reading() if not writes else open_writable(self._work)) as connection:
            return run_statements(connection, statements, deadline)

    def close(self) -> None:
        """Remove the copy."""
        self._folder.cleanup()

    def _reading(self) -> sqlite3.Connection:
        connection = open_read_only(self._work if self._copied else self._start)
        confine(connection, _WithTransactions())
        return connection

    def _copy(self) -> None:
        if self._copied:
            return
        try:
            for left in Path(self._folder.name).glob(f"{self._work.name}*"):
                left.unlink()
            shutil.copyfile(self._start, self._work)
            self._work.chmod(0o600)
        except OSError as error:
            raise DatabaseError(f"cannot copy {str(self._start)!r}: {error}") from error
        self._copied = True


class SQLiteSandboxes:
    """Copies of the SQLite files of a release."""

    dialect: Literal["sqlite"] = "sqlite"

    def __init__(self, find: Callable[[str], Path]) -> None:
        self._find = find

    def open(self, database: str, task_id: str) -> SQLiteSandbox:
        """Return a copy of a database, made where it is first written."""
        return SQLiteSandbox(self._find(database), database, task_id)


def open_writable(path: Path) -> sqlite3.Connection:
    """Open a copy for writing: nothing beyond the file can be reached from its SQL."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    for category, limit in (
        (sqlite3.SQLITE_LIMIT_LENGTH, MAX_CELL_BYTES),
        (sqlite3.SQLITE_LIMIT_SQL_LENGTH, MAX_SQL_BYTES),
        (sqlite3.SQLITE_LIMIT_ATTACHED, 0),
    ):
        connection.setlimit(category, limit)
    connection.execute(f"PRAGMA hard_heap_limit = {HEAP_BYTES}")
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.set_authorizer(_may_write)
    return connection


class _WithTransactions(Authorizer):
    """Reading inside of a transaction."""

    def __call__(self, action: int, first: str | None, second: str | None, *rest: str | None) -> int:
        if action == sqlite3.SQLITE_TRANSACTION:
            return sqlite3.SQLITE_OK
        return super().__call__(action, first, second, *rest)


def _may_write(action: int, first: str | None, second: str | None, *_: str | None) -> int:
    if action in _DENIED:
        return sqlite3.SQLITE_DENY
    if action == sqlite3.SQLITE_PRAGMA and (first or "").lower() not in _PRAGMAS:
        return sqlite3.SQLITE_DENY
    if action == sqlite3.SQLITE_FUNCTION and (second or "").lower() in _UNSAFE_FUNCTIONS:
        return sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_OK
