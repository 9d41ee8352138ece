"""Session: one confined connection, with a thread that runs its statements."""

from __future__ import annotations

import re
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from value_index.database import Result
from value_index.engines.sqlite.cell_limits import CellLimits
from value_index.engines.sqlite.collations import stand_in
from value_index.engines.sqlite.sandbox import MAX_PARAMETERS, Authorizer, confine, is_settled_wal, open_read_only
from value_index.engines.sqlite.stamp import FILE, begins_as_database
from value_index.engines.sqlite.virtual_tables import virtual_tables
from value_index.errors import FILE_FAULTS, DatabaseError, is_machine_fault

_NOTHING = re.compile(r"(?>\s|;|--[^\n]*|/\*.*?(?:\*/|\Z))*+", re.DOTALL)


class Cursor:
    """The rows of a statement, a batch a job."""

    def __init__(self, sql: str, batch: int) -> None:
        self._sql = sql
        self._batch = batch
        self._cursor: sqlite3.Cursor | None = None

    def next(self, session: Session) -> list[tuple[Any, ...]] | Exception:
        """Return the next rows; empty after the last one, or what went wrong."""
        try:
            if self._cursor is None:
                self._cursor = session.start_statement(self._sql, ours=True)
            return self._cursor.fetchmany(self._batch)
        except (sqlite3.Error, ValueError, MemoryError, OverflowError) as error:
            return error

    def close(self, _: Session) -> None:
        """Give the statement up."""
        if self._cursor is not None:
            self._cursor.close()


class Session(threading.Thread):
    """One confined connection, with a thread that runs its statements, so that a caller can leave one behind."""

    _running = 0
    """Statements that run now, in any session: they share SQLite's memory."""
    _count = threading.Lock()

    def __init__(self, path: Path, stamp: tuple[int, ...]) -> None:
        super().__init__(daemon=True)
        self.settled = is_settled_wal(path)
        """Whether the file is read as one that does not change."""
        self.connection = open_read_only(path, settled=self.settled)
        try:
            stand_in(self.connection)
            self._virtual = bool(virtual_tables(self.connection))
            self._limits = CellLimits(self.connection, stamp[2])
        except FILE_FAULTS as error:
            self.connection.close()
            raise DatabaseError(f"cannot read {str(path)!r}: {error}") from error
        self.abandoned = False
        """Whether a caller has left it behind, in the middle of a statement."""
        self.jobs: SimpleQueue[Callable[[Session], Any] | None] = SimpleQueue()
        """What to run; None ends the thread and closes the connection. What gives None has no result to wait for."""
        self._path, self._stamp = path, stamp
        self._results: SimpleQueue[Any] = SimpleQueue()
        self._authorizer = Authorizer()
        confine(self.connection, self._authorizer)
        self.start()

    def serves(self, stamp: tuple[int, ...]) -> bool:
        """Whether this is a connection to the file that has the stamp; virtual tables are connected to one state.

        A file that was written over by no SQLite is known by its times alone: a connection would show its kept pages.
        """
        return self._stamp == stamp if self._virtual or self.settled else self._stamp[:FILE] == stamp[:FILE]

    def run(self) -> None:
        while (job := self.jobs.get()) is not None:
            with Session._count:
                Session._running += 1
            try:
                result = job(self)
            finally:
                with Session._count:
                    Session._running -= 1
            if result is not None:
                self._results.put(result)
        self.connection.close()

    def start_statement(self, sql: str, parameters: tuple[None, ...] = (), *, ours: bool = False) -> sqlite3.Cursor:
        """Run one statement up to its first row; `ours` is none from outside."""
        self._authorizer.admit(sql)
        self.connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, self._limits.of(sql, ours=ours))
        return self.connection.execute(sql, parameters)

    def wait(self, seconds: float) -> Any:
        """Return what the job gave; None if it takes longer."""
        try:
            return self._results.get(timeout=min(seconds, threading.TIMEOUT_MAX))
        except Empty:
            return None

    def compile(self, sql: str) -> Result:
        """Compile only: more parameters than may be are refused after compiling and before running."""
        try:
            self.start_statement(sql, (None,) * (MAX_PARAMETERS + 1))
        except sqlite3.ProgrammingError as error:
            if "uses 0," in str(error):
                return _no_rows(sql) if _NOTHING.fullmatch(sql) else Result(outcome="checked")
            return self._fault(error)
        except (sqlite3.Error, sqlite3.Warning, ValueError, MemoryError) as error:
            return self._fault(error)
        return _no_rows(sql)

    def fetch(self, sql: str, max_rows: int, max_bytes: int, max_cells: int) -> Result:
        """Run and collect up to the caps."""
        try:
            cursor = self.start_statement(sql)
            try:
                if cursor.description is None:
                    return _no_rows(sql)
                return _collect(cursor, max_rows, max_bytes, max_cells)
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
            shared = Session._running > 1  # the memory is the process's: it may be another statement that used it up
            message = "the statement needs more memory than is allowed" + (", or others need it now" if shared else "")
            return Result(outcome="error", message=message, machine_fault=shared)
        if isinstance(error, sqlite3.ProgrammingError) and "binding" in message:
            message = "parameters are not allowed: write the values"
        outside = is_machine_fault(error) or not begins_as_database(self._path)
        return Result(outcome="error", message=message, machine_fault=outside)


def _no_rows(sql: str) -> Result:
    """Say why a statement gave no columns: it is none, or it is no query (REINDEX with nothing to do)."""
    if _NOTHING.fullmatch(sql):
        return Result(outcome="error", message="no statement")
    return Result(outcome="refused", message="only reading is allowed: this is no query")


def _collect(cursor: sqlite3.Cursor, max_rows: int, max_bytes: int, max_cells: int) -> Result:
    columns = tuple(item[0] for item in cursor.description)
    rows: list[tuple[Any, ...]] = []
    most = min(max_rows, max_cells // max(len(columns), 1))
    size = 0
    for row in cursor:
        for cell in row:
            if isinstance(cell, str):
                size += len(cell) if cell.isascii() else len(cell.encode(errors="surrogatepass"))
            elif isinstance(cell, bytes):
                size += len(cell)
        if len(rows) >= most or size > max_bytes:
            message = f"cut after {len(rows)} rows"
            return Result.model_construct(outcome="truncated", columns=columns, rows=tuple(rows), message=message)
        rows.append(row)
    return Result.model_construct(outcome="rows", columns=columns, rows=tuple(rows), message="")
