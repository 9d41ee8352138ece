"""SQLAlchemyDatabase: a database of any engine that SQLAlchemy has a dialect for, asked for what cannot change it."""

from __future__ import annotations

import hashlib
import math
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from value_index.connection.pool import GoneError, Pool
from value_index.connection.worker import Worker
from value_index.database import DEADLINE_SECONDS, MAX_BYTES, MAX_CELLS, MAX_ROWS, Result, Row
from value_index.engines.sqlalchemy.address import OtherAddress
from value_index.engines.sqlalchemy.driver import load_driver, make_engine, reason
from value_index.engines.sqlalchemy.reflection import Reflected, reflect
from value_index.engines.sqlalchemy.session import Session
from value_index.engines.sqlalchemy.statements import refusal
from value_index.errors import DatabaseError, UnreadableError
from value_index.schema import ColumnRef
from value_index.text.spoken_names import with_spoken_names

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlalchemy.sql import ClauseElement

FRESH_SECONDS = 60.0
"""How long a fingerprint is not asked for again: it counts rows."""
COUNT_SECONDS = 5.0
"""The time for counting the rows of all tables."""
FIRST_SEEN = 100_000
"""Rows in which the values of a column are looked for where nobody asked for all."""
KEPT_BYTES = 64 << 20
"""What a database is taken to store, as nothing says how much: its index is kept."""


class SQLAlchemyDatabase:
    """A `Database` that SQLAlchemy reaches."""

    def __init__(self, engine: Engine, address: OtherAddress, found: Reflected) -> None:
        self.schema = with_spoken_names(found.tables)
        self.address = str(address)
        self.files: tuple[Path, ...] = ()
        self.file_bytes = KEPT_BYTES
        self.notes = found.notes
        self._engine, self._where = engine, address
        self._tables = frozenset(table.name.lower() for table in found.tables.tables)
        self._state = (-math.inf, "")
        self._pool = Pool(
            lambda: Worker(Session(engine, address), None, Session.stop, Session.close),
            lambda it: it.connection.usable and not it.abandoned,
            Worker[Session].end,
        )

    @classmethod
    def open(cls, address: OtherAddress) -> SQLAlchemyDatabase:
        """Connect, and read the schema.

        Raises:
            DatabaseError: SQLAlchemy or a driver is missing, the database cannot be asked, or there are no tables.
        """
        engine = make_engine(address)
        session = Session(engine, address)
        try:
            found = reflect(session.connection, address.file_name)
        except (load_driver().exc.SQLAlchemyError, NotImplementedError) as error:
            raise DatabaseError(f"cannot read the schema of {str(address)!r}: {reason(error, address)}") from None
        finally:
            session.close()
        if not found.tables.tables:
            raise DatabaseError(f"{str(address)!r} holds no tables that {address.user or 'the user'} may read")
        return cls(engine, address, found)

    def fingerprint(self) -> str:
        """Return a key that changes with tables, columns and numbers of rows, and every day: nothing counts what is written.

        Raises:
            DatabaseError: the database cannot be asked.
        """
        asked, known = self._state
        if time.monotonic() - asked > FRESH_SECONDS:
            parts = (self.address, hash_of(repr(self.schema)), datetime.now(UTC).date().isoformat(), *self._counts())
            known = hash_of(repr(parts))
            self._state = time.monotonic(), known
        return known

    def _counts(self) -> Iterator[int]:
        """Yield the rows of each table, for as long as there is time."""
        end = time.monotonic() + COUNT_SECONDS
        func, table = load_driver().func, load_driver().table
        for each in self.schema.tables:
            if each.is_view:
                continue
            left = end - time.monotonic()
            if left <= 0:
                return
            sql = self._sql(load_driver().select(func.count()).select_from(table(self._name(each.name))))
            found = self._run(lambda session, sql=sql: session.fetch(sql, (1, MAX_BYTES, MAX_CELLS)), left)
            if found.machine_fault:
                raise DatabaseError(f"cannot ask {self.address!r}: {found.message}")
            yield int(found.rows[0][0]) if found.ok and found.rows else -1

    def execute(
        self,
        sql: str,
        *,
        deadline: float = DEADLINE_SECONDS,
        max_rows: int = MAX_ROWS,
        max_bytes: int = MAX_BYTES,
        max_cells: int = MAX_CELLS,
    ) -> Result:
        """Run one statement that reads; see `Database`."""
        caps = (max_rows, max_bytes, max_cells)
        text = sql.strip().rstrip(";")
        return refusal(sql, self._tables) or self._run(lambda session: session.fetch(text, caps), deadline)

    def check(self, sql: str, *, deadline: float = DEADLINE_SECONDS) -> Result:
        """Compile one statement: without running it where the driver can, else without reading its rows."""
        text = sql.strip().rstrip(";")
        return refusal(sql, self._tables) or self._run(lambda session: session.compiled(text), deadline)

    def plan_cost(self, sql: str) -> float | None:
        """Return None: how an engine tells its costs is not known."""
        return None

    def distinct(self, ref: ColumnRef, limit: int, *, deadline: float = DEADLINE_SECONDS) -> tuple[Any, ...]:
        """Return up to `limit` distinct values of a column's first rows, without NULL; empty if it cannot be read in time."""
        driver = load_driver()
        column, table = self._column(ref)
        first = driver.select(column.label("value")).select_from(table).where(column.is_not(None)).limit(FIRST_SEEN)
        seen = first.subquery("seen")
        sql = self._sql(driver.select(seen.c.value).distinct().limit(limit))
        caps = (limit, MAX_BYTES, MAX_CELLS)
        return tuple(row[0] for row in self._run(lambda session: session.fetch(sql, caps), deadline).rows)

    def values_query(self, ref: ColumnRef, max_chars: int, *, distinct: bool) -> str:
        """Return a statement that reads a column for the index; a kind that is not known is a number of no interest."""
        driver = load_driver()
        column, table = self._column(ref)
        if self.schema.describe(ref).kind == "other":
            return self._sql(driver.select(driver.null()).select_from(table).where(column.is_not(None)))
        query = driver.select(column).select_from(table).where(column.is_not(None))
        return self._sql(query.distinct() if distinct else query)

    def sampled(self, ref: ColumnRef) -> str:
        """Say nothing: all of a column is read."""
        return ""

    def stream(
        self, sql: str, *, batch: int = 10_000, stall: float = math.inf, deadline: float = math.inf
    ) -> Iterator[list[Row]]:
        """Yield the rows of one statement of ours in batches; see `Database`."""
        end = time.monotonic() + deadline
        worker = self._pool.take()
        rows = worker.connection.begin(sql, batch)

        def fetch(session: Session) -> list[Row] | Result:
            try:
                return next(rows, [])
            except Exception as error:  # noqa: BLE001 - of a driver that is not known
                return session.fault(error)

        try:
            while True:
                found = worker.wait(fetch, max(0.0, min(stall, end - time.monotonic())))
                if found is None:
                    raise UnreadableError("too slow to read")
                if isinstance(found, Result):
                    raise (DatabaseError if found.machine_fault else UnreadableError)(found.message)
                if not found:
                    return
                yield found
        finally:
            if not worker.abandoned:
                worker.submit(partial(_ended, rows))
            self._pool.give_back(worker)

    def close(self) -> None:
        """Close every idle connection; the database can still be used, and opens new ones."""
        self._pool.close()

    def _run(self, job: Callable[[Session], Result], deadline: float) -> Result:
        stopped = Result(outcome="timeout", message=f"stopped at the deadline of {deadline:g} s")
        end = time.monotonic() + deadline

        def asked(worker: Worker[Session]) -> Result:
            result: Result | None = worker.wait(job, max(deadline, 0.0))
            if result is None or (result.outcome == "error" and time.monotonic() >= end):
                return stopped
            if result.machine_fault:
                raise _LostError(result)
            return result

        try:
            return self._pool.run(asked)
        except _LostError as error:
            return error.result
        except DatabaseError as error:
            return Result(outcome="error", message=str(error), machine_fault=True)

    def _column(self, ref: ColumnRef) -> tuple[Any, Any]:
        driver = load_driver()
        column = driver.column(self._name(ref.column))
        return column, driver.table(self._name(ref.table), column)

    def _name(self, name: str) -> Any:
        """Return a name that is quoted whatever it is: the schema's is spelt as the engine has it."""
        return load_driver().sql.quoted_name(name, quote=True)

    def _sql(self, query: ClauseElement) -> str:
        """Write a query of ours as the engine reads it."""
        return str(query.compile(self._engine, compile_kwargs={"literal_binds": True}))


class _LostError(GoneError):
    """The outcome of a statement whose connection was lost."""

    def __init__(self, result: Result) -> None:
        super().__init__(result.message)
        self.result = result


def hash_of(text: str) -> str:
    """Return a key of a text."""
    return hashlib.blake2b(text.encode(errors="surrogateescape"), digest_size=16).hexdigest()


def _ended(rows: Iterator[list[Row]], _: Session) -> None:
    """End a statement whose rows are not all wanted."""
    if (close := getattr(rows, "close", None)) is not None:
        close()
