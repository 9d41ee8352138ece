"""Database: one SQLite file that can be read, with every statement bounded in time, rows and memory."""

from __future__ import annotations

import hashlib
import re
import sqlite3
import threading
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from value_index.errors import DatabaseError
from value_index.schema import ColumnRef, Schema
from value_index.sqlite.natural_names import NaturalNames
from value_index.sqlite.reflection import quoted, reflect
from value_index.sqlite.sandbox import Authorizer, confine, open_read_only

Outcome = Literal["rows", "error", "timeout", "truncated", "refused", "checked"]

DEADLINE_SECONDS = 5.0
MAX_ROWS = 100_000
MAX_BYTES = 64 << 20
_NOTHING = re.compile(r"(?>\s|;|--[^\n]*|/\*.*?(?:\*/|\Z))*+", re.DOTALL)
GRACE_SECONDS = 0.25
"""How long an interrupted statement may take to stop before it is left behind."""


class Result(BaseModel):
    """What came of one statement."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    outcome: Outcome
    """rows; truncated (the first rows, up to a cap); error, timeout, refused (no rows); checked (compiled only)."""
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Any, ...], ...] = ()
    """Cells as int, float, str, bytes or None."""
    message: str = ""
    """One line: why there is no full result."""

    @property
    def ok(self) -> bool:
        """Whether the statement ran, or compiled where it was only checked."""
        return self.outcome in ("rows", "truncated", "checked")


class Database:
    """A SQLite file, read-only, usable from several threads at once."""

    def __init__(self, path: Path, schema: Schema) -> None:
        self.path = path
        self.schema = schema
        self._idle: list[_Session] = []
        weakref.finalize(self, _end, self._idle)

    @classmethod
    def open(cls, path: Path | str, *, database_id: str | None = None, names: NaturalNames | None = None) -> Database:
        """Open a file and read its schema.

        Args:
            database_id: the file's stem unless given.
            names: natural names and further keys, from a Spider `tables.json`.

        Raises:
            DatabaseError: the file is missing, corrupt, locked, no database, or holds no tables.
        """
        path = Path(path)
        connection = open_read_only(path)
        try:
            schema = reflect(connection, database_id or path.stem, names)
        except sqlite3.DatabaseError as error:
            raise DatabaseError(f"cannot read the schema of {str(path)!r}: {error}") from error
        finally:
            connection.close()
        if not schema.tables:
            raise DatabaseError(f"{str(path)!r} holds no tables: there is nothing to ask")
        return cls(path, schema)

    def execute(
        self,
        sql: str,
        *,
        deadline: float = DEADLINE_SECONDS,
        max_rows: int = MAX_ROWS,
        max_bytes: int = MAX_BYTES,
    ) -> Result:
        """Run one statement that reads; a fault of the SQL is an outcome, never an exception.

        Args:
            deadline: seconds after which the statement is stopped.
            max_rows: rows after which the result is cut.
            max_bytes: bytes of text and blobs after which the result is cut.
        """
        return self._run(lambda session: session.fetch(sql, max_rows, max_bytes), deadline)

    def check(self, sql: str, *, deadline: float = DEADLINE_SECONDS) -> Result:
        """Compile one statement without running it."""
        return self._run(lambda session: session.compile(sql), deadline)

    def distinct(self, ref: ColumnRef, limit: int) -> tuple[Any, ...]:
        """Return up to `limit` distinct values of a column, without NULL; empty where it cannot be read."""
        sql = (
            f"SELECT DISTINCT {quoted(ref.column)} FROM {quoted(ref.table)}"
            f" WHERE {quoted(ref.column)} IS NOT NULL LIMIT {int(limit)}"
        )
        return tuple(row[0] for row in self.execute(sql, max_rows=limit).rows)

    def stream(self, sql: str, *, batch: int = 10_000) -> Iterator[list[tuple[Any, ...]]]:
        """Yield the rows of one statement in batches, without a deadline or a cap: for reading whole columns.

        Raises:
            DatabaseError: the statement cannot be run to its end.
        """
        session = self._session()
        try:
            cursor = session.connection.execute(sql)
            while rows := cursor.fetchmany(batch):
                yield rows
        except sqlite3.DatabaseError as error:
            raise DatabaseError(f"cannot read {str(self.path)!r}: {error}") from error
        finally:
            self._idle.append(session)

    def fingerprint(self) -> str:
        """Return a key that changes when the file does: path, size, times, header and write-ahead log."""
        parts: list[object] = [str(self.path.resolve())]
        for path in (self.path, Path(f"{self.path}-wal")):
            if path.exists():
                stat = path.stat()
                parts += [stat.st_size, stat.st_mtime_ns]
        with self.path.open("rb") as file:
            parts.append(file.read(100).hex())
        return hashlib.blake2b(repr(parts).encode(), digest_size=16).hexdigest()

    def close(self) -> None:
        """Close every idle connection; the database can still be used, and opens new ones."""
        _end(self._idle)

    def _session(self) -> _Session:
        try:
            return self._idle.pop()
        except IndexError:
            return _Session(self.path)

    def _run(self, job: Callable[[_Session], Result], deadline: float) -> Result:
        try:
            session = self._session()
        except DatabaseError as error:
            return Result(outcome="error", message=str(error))
        session.jobs.put(job)
        result = session.wait(max(deadline, 0.0))
        if result is None:
            session.connection.interrupt()
            result = session.wait(GRACE_SECONDS)
        if result is None:
            # Inside a single instruction, which SQLite does not leave: the thread ends when that does.
            session.jobs.put(None)
            return Result(outcome="timeout", message=f"stopped at the deadline of {deadline:g} s")
        self._idle.append(session)
        if result.outcome == "timeout":
            return result.model_copy(update={"message": f"stopped at the deadline of {deadline:g} s"})
        return result


def _end(idle: list[_Session]) -> None:
    while idle:
        idle.pop().jobs.put(None)


class _Session(threading.Thread):
    """One confined connection, with a thread that runs its statements, so that a caller can leave one behind."""

    def __init__(self, path: Path) -> None:
        super().__init__(daemon=True)
        self.connection = open_read_only(path)
        self.jobs: SimpleQueue[Callable[[_Session], Result] | None] = SimpleQueue()
        """What to run; None ends the thread and closes the connection."""
        self._results: SimpleQueue[Result] = SimpleQueue()
        self._authorizer = Authorizer()
        confine(self.connection, self._authorizer)
        self.start()

    def run(self) -> None:
        while (job := self.jobs.get()) is not None:
            self._results.put(job(self))
        self.connection.close()

    def wait(self, seconds: float) -> Result | None:
        """Return what the job gave; None where it takes longer."""
        try:
            return self._results.get(timeout=seconds)
        except Empty:
            return None

    def compile(self, sql: str) -> Result:
        """Compile only: a parameter too many is refused after compiling and before running."""
        try:
            self.connection.execute(sql, (None,))
        except sqlite3.ProgrammingError as error:
            if "binding" in str(error):
                return _no_rows(sql) if _NOTHING.fullmatch(sql) else Result(outcome="checked")
            return self._fault(error)
        except (sqlite3.Error, sqlite3.Warning, ValueError, MemoryError) as error:
            return self._fault(error)
        return _no_rows(sql)

    def fetch(self, sql: str, max_rows: int, max_bytes: int) -> Result:
        """Run and collect up to the caps."""
        try:
            cursor = self.connection.execute(sql)
            try:
                if cursor.description is None:
                    return _no_rows(sql)
                return _collect(cursor, max_rows, max_bytes)
            finally:
                cursor.close()
        except (sqlite3.Error, sqlite3.Warning, ValueError, MemoryError, OverflowError) as error:
            return self._fault(error)

    def _fault(self, error: Exception) -> Result:
        denied, self._authorizer.denied = self._authorizer.denied, ""
        message = " ".join(str(error).split()) or type(error).__name__
        if denied:
            return Result(outcome="refused", message=f"only reading is allowed: {denied}")
        if isinstance(error, sqlite3.Warning) or "one statement" in message:
            return Result(outcome="refused", message="only one statement is allowed")
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_INTERRUPT:
            return Result(outcome="timeout", message=message)
        if isinstance(error, MemoryError):
            return Result(outcome="error", message="the statement needs more memory than is allowed")
        return Result(outcome="error", message=message)


def _no_rows(sql: str) -> Result:
    """Say why a statement gave no columns: it is none, or it is no query (REINDEX with nothing to do)."""
    if _NOTHING.fullmatch(sql):
        return Result(outcome="error", message="no statement")
    return Result(outcome="refused", message="only reading is allowed: this is no query")


def _collect(cursor: sqlite3.Cursor, max_rows: int, max_bytes: int) -> Result:
    columns = tuple(item[0] for item in cursor.description)
    rows: list[tuple[Any, ...]] = []
    size = 0
    for row in cursor:
        for cell in row:
            if isinstance(cell, (str, bytes)):
                size += len(cell)
        if len(rows) == max_rows or size > max_bytes:
            message = f"cut after {len(rows)} rows"
            return Result.model_construct(outcome="truncated", columns=columns, rows=tuple(rows), message=message)
        rows.append(row)
    return Result.model_construct(outcome="rows", columns=columns, rows=tuple(rows), message="")
