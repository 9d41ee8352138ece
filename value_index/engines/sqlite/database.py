"""SQLiteDatabase: one SQLite file that can be read, with every statement bounded in time, rows and memory."""

from __future__ import annotations

import hashlib
import math
import os
import sqlite3
import time
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from value_index.database import DEADLINE_SECONDS, MAX_BYTES, MAX_CELLS, MAX_ROWS, Result
from value_index.engines.sqlite.collations import stand_in
from value_index.engines.sqlite.reflection import quoted, reflect
from value_index.engines.sqlite.sandbox import is_settled_wal, open_read_only
from value_index.engines.sqlite.session import Cursor, Session
from value_index.engines.sqlite.stamp import stamp
from value_index.errors import FILE_FAULTS, DatabaseError, UnreadableError, is_machine_fault
from value_index.schema import ColumnRef, Schema
from value_index.text.natural_names import NaturalNames
from value_index.text.spoken_names import with_spoken_names

T = TypeVar("T")

GRACE_SECONDS = 0.25
"""How long an interrupted statement may take to stop before it is left behind."""


class SQLiteDatabase:
    """A SQLite file: a `Database`."""

    def __init__(self, path: Path, schema: Schema, notes: tuple[str, ...] = ()) -> None:
        self.path = path
        self.address = str(path.resolve())
        self.schema = schema
        self.notes = notes
        """What of the file cannot be read, or not as its program would; one line each."""
        self._idle: list[Session] = []
        weakref.finalize(self, _end, self._idle)

    @classmethod
    def open(
        cls, path: Path | str, *, database_id: str | None = None, names: NaturalNames | None = None
    ) -> SQLiteDatabase:
        """Open a file and read its schema.

        Args:
            database_id: the file's stem unless given.
            names: natural names and further keys, from a Spider `tables.json`.

        Raises:
            DatabaseError: the file is missing, corrupt, locked, no database, or holds no tables.
        """
        path = Path(path)
        connection = open_read_only(path, settled=is_settled_wal(path))
        try:
            collations = stand_in(connection)
            found = reflect(connection, database_id or path.stem, names)
            schema = found if names else with_spoken_names(found)
        except FILE_FAULTS as error:
            raise DatabaseError(f"cannot read the schema of {str(path)!r}: {error}") from error
        finally:
            connection.close()
        unreadable = tuple(f"{table.name!r} cannot be read: {table.reason}" for table in schema.omitted if table.reason)
        if not schema.tables:
            why = unreadable[0] if unreadable else "there is nothing to ask"
            raise DatabaseError(f"{str(path)!r} holds no tables: {why}")
        return cls(path, schema, (*collations, *unreadable))

    def execute(
        self,
        sql: str,
        *,
        deadline: float = DEADLINE_SECONDS,
        max_rows: int = MAX_ROWS,
        max_bytes: int = MAX_BYTES,
        max_cells: int = MAX_CELLS,
    ) -> Result:
        """Run one statement that reads; a fault of the SQL is an outcome, never an exception.

        Args:
            deadline: seconds after which the statement is stopped.
            max_rows: rows after which the result is cut.
            max_bytes: bytes of text and blobs after which the result is cut.
            max_cells: cells after which the result is cut: a number takes memory too.
        """
        return self._run(lambda session: session.fetch(sql, max_rows, max_bytes, max_cells), deadline)

    def check(self, sql: str, *, deadline: float = DEADLINE_SECONDS) -> Result:
        """Compile one statement without running it."""
        return self._run(lambda session: session.compile(sql), deadline)

    def plan_cost(self, sql: str) -> float | None:
        """Return None: the engine tells no cost."""
        return None

    def distinct(self, ref: ColumnRef, limit: int, *, deadline: float = DEADLINE_SECONDS) -> tuple[Any, ...]:
        """Return up to `limit` distinct values of a column, without NULL; empty if it cannot be read in time."""
        sql = (
            f"SELECT DISTINCT {quoted(ref.column)} FROM {quoted(ref.table)}"
            f" WHERE {quoted(ref.column)} IS NOT NULL LIMIT {int(limit)}"
        )
        return tuple(row[0] for row in self.execute(sql, max_rows=limit, deadline=deadline).rows)

    def stream(
        self, sql: str, *, batch: int = 10_000, stall: float = math.inf, deadline: float = math.inf
    ) -> Iterator[list[tuple[Any, ...]]]:
        """Yield the rows of one statement in batches, without a cap: for reading whole columns.

        Args:
            stall: seconds that one batch may take.
            deadline: seconds that all of them may take.

        Raises:
            UnreadableError: the statement cannot be run to its end, or not in time; others can.
            DatabaseError: the file is gone or locked.
        """
        session = self._session()
        end = time.monotonic() + deadline
        cursor = Cursor(sql, batch)
        try:
            while True:
                rows = self._wait(session, cursor.next, max(0.0, min(stall, end - time.monotonic())))
                if rows is None:
                    raise UnreadableError("too slow to read")
                if isinstance(rows, Exception):
                    raise self._unreadable(rows) from rows
                if not rows:
                    return
                yield rows
        finally:
            session.jobs.put(cursor.close)
            if not session.abandoned:
                self._idle.append(session)

    def _unreadable(self, error: Exception) -> DatabaseError:
        if is_machine_fault(error):
            return DatabaseError(f"cannot read {str(self.path)!r}: {error}")
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_INTERRUPT:
            return UnreadableError("too slow to read")
        return UnreadableError(" ".join(str(error).split()) or type(error).__name__)

    def values_query(self, ref: ColumnRef, max_chars: int, *, distinct: bool) -> str:
        """Return a statement that reads a column for the index: texts, numbers, and x'' for blobs.

        The cut keeps a cell of any size from being carried here. SQLite's substr ends at a NUL, which would make another
        text of it: such a text comes as a lone NUL.
        """
        name = quoted(ref.column)
        text = f"CASE instr({name}, char(0)) WHEN 0 THEN substr({name}, 1, {max_chars + 1}) ELSE char(0) END"
        return (
            f"SELECT {'DISTINCT' if distinct else ''} CASE typeof({name}) WHEN 'text' THEN {text} WHEN 'blob' THEN x''"
            f" ELSE {name} END FROM {quoted(ref.table)} WHERE {name} IS NOT NULL"
        )

    def sampled(self, ref: ColumnRef) -> str:
        """Say nothing: all of a column is read."""
        return ""

    @property
    def files(self) -> tuple[Path, ...]:
        """The file."""
        return (self.path,)

    @property
    def file_bytes(self) -> int:
        """The size of the file.

        Raises:
            DatabaseError: the file is gone.
        """
        return stamp(self.path)[2]

    def fingerprint(self) -> str:
        """Return a key that changes when the file does: path, inode, size, times, header and write-ahead log.

        Raises:
            DatabaseError: the file is gone.
        """
        parts: list[object] = [os.fsencode(self.path.resolve()), *stamp(self.path)[1:]]
        try:
            with self.path.open("rb") as file:
                parts.append(file.read(100).hex())
        except OSError as error:
            raise DatabaseError(f"cannot open {str(self.path)!r}: {error.strerror}") from error
        return hashlib.blake2b(repr(parts).encode(), digest_size=16).hexdigest()

    def close(self) -> None:
        """Close every idle connection; the database can still be used, and opens new ones."""
        _end(self._idle)

    def _session(self) -> Session:
        """Return an idle connection to the file as it is now, else a new one: a name may have got another file."""
        now = stamp(self.path)
        while self._idle:
            try:
                session = self._idle.pop()
            except IndexError:
                break
            if session.serves(now):
                return session
            session.jobs.put(None)
        return Session(self.path, now)

    def _serves(self, session: Session) -> bool:
        try:
            return session.serves(stamp(self.path))
        except DatabaseError:
            return False

    def _run(self, job: Callable[[Session], Result], deadline: float, *, again: bool = True) -> Result:
        try:
            session = self._session()
        except DatabaseError as error:
            return Result(outcome="error", message=str(error), machine_fault=True)
        result = self._wait(session, job, max(deadline, 0.0))
        if not session.abandoned:
            self._idle.append(session)
        if session.settled and again and not self._serves(session):
            return self._run(job, deadline, again=False)  # it was written meanwhile
        if result is None or result.outcome == "timeout":
            return Result(outcome="timeout", message=f"stopped at the deadline of {deadline:g} s")
        return result

    def _wait(self, session: Session, job: Callable[[Session], T], seconds: float) -> T | None:
        """Return what a job gives; None if it takes longer and leaves no result within a grace either."""
        session.jobs.put(job)
        result = session.wait(seconds)
        if result is None:
            session.connection.interrupt()
            result = session.wait(GRACE_SECONDS)
        if result is None:
            # Inside a single instruction, which SQLite does not leave: the thread ends when that does.
            session.abandoned = True
            session.jobs.put(None)
        return result


def _end(idle: list[Session]) -> None:
    while idle:
        idle.pop().jobs.put(None)
