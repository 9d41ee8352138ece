"""MySQLDatabase: a database of a MySQL or MariaDB server, asked in transactions that only read."""

from __future__ import annotations

import hashlib
import json
import math
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from value_index.connection.address import Address
from value_index.connection.pool import GoneError, Pool
from value_index.connection.worker import Worker
from value_index.database import DEADLINE_SECONDS, MAX_BYTES, MAX_CELLS, MAX_ROWS, Result, Row
from value_index.engines.mysql.driver import fault_of, load_driver
from value_index.engines.mysql.reflection import FUNCTIONS, STATE, Reflected, reflect
from value_index.engines.mysql.session import Session
from value_index.engines.mysql.statements import fault, refusal
from value_index.errors import DatabaseError, UnreadableError
from value_index.schema import ColumnRef, quoted
from value_index.text.spoken_names import with_spoken_names

OURS_SECONDS = 30.0
"""The time for a statement of ours about the catalog."""
FRESH_SECONDS = 1.0
"""How long a fingerprint is not asked for again."""
FIRST_SEEN = 100_000
"""Rows in which the values of a column are looked for where nobody asked for all."""
SAMPLED_FROM = 1 << 30
"""Bytes of a table from which the index reads the first rows only."""
SAMPLED_ROWS = 5_000_000


class MySQLDatabase:
    """A `Database` that a MySQL or MariaDB server holds."""

    def __init__(self, address: Address, found: Reflected, functions: frozenset[str]) -> None:
        self.schema = with_spoken_names(found.schema)
        self.address = str(address)
        self.files: tuple[Path, ...] = ()
        self._sizes = found.sizes
        self._functions = functions
        self._state = (-math.inf, "")
        self._pool = Pool(
            lambda: Worker(Session(address), None, Session.stop, Session.close),
            lambda it: it.connection.usable and not it.abandoned,
            _end,
        )
        self.notes = tuple(
            f"{name!r} is large: the index reads a part of its rows"
            for name, size in found.sizes.items()
            if size > SAMPLED_FROM
        )

    @classmethod
    def open(cls, address: Address) -> MySQLDatabase:
        """Connect, and read the schema.

        Raises:
            DatabaseError: the driver is missing, the server cannot be asked, or there are no tables for this user.
        """
        session = Session(address)
        try:
            found = reflect(lambda sql: session.rows(sql, OURS_SECONDS), address.file_name)
            functions = frozenset(str(row[0]).lower() for row in session.rows(FUNCTIONS, OURS_SECONDS))
        except load_driver().MySQLError as error:
            raise DatabaseError(f"cannot read the schema of {str(address)!r}: {fault_of(error)[1]}") from None
        finally:
            session.close()
        if not found.schema.tables:
            raise DatabaseError(f"{str(address)!r} holds no tables that {address.user or 'the user'} may read")
        return cls(address, found, functions)

    @property
    def file_bytes(self) -> int:
        """How much the tables held when they were looked at."""
        return sum(self._sizes.values())

    def fingerprint(self) -> str:
        """Return a key that changes with what the server keeps about its tables: rows, sizes, times of change.

        Raises:
            DatabaseError: the server cannot be asked.
        """
        asked, known = self._state
        if time.monotonic() - asked > FRESH_SECONDS:
            found = self._run(
                lambda session: session.fetch(STATE, OURS_SECONDS, (MAX_ROWS, MAX_BYTES, MAX_CELLS)), OURS_SECONDS
            )
            if not found.ok:
                raise DatabaseError(f"cannot ask {self.address!r}: {found.message}")
            parts = (self.address, found.rows)
            known = hashlib.blake2b(repr(parts).encode(errors="surrogateescape"), digest_size=16).hexdigest()
            self._state = time.monotonic(), known
        return known

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
        refused = refusal(sql, self._functions)
        return refused or self._run(lambda session: session.fetch(sql, deadline, caps), deadline)

    def check(self, sql: str, *, deadline: float = DEADLINE_SECONDS) -> Result:
        """Compile one statement without running it."""
        if (refused := refusal(sql, self._functions)) is not None:
            return refused
        caps = (MAX_ROWS, MAX_BYTES, MAX_CELLS)
        found = self._run(lambda session: session.fetch(f"EXPLAIN {sql}", deadline, caps), deadline)
        return Result(outcome="checked") if found.ok else found

    def plan_cost(self, sql: str) -> float | None:
        """Return what the planner expects a statement to cost; None where it does not say, as MariaDB before 11."""
        if refusal(sql, self._functions) is not None:
            return None
        caps = (1, MAX_BYTES, MAX_CELLS)
        plan = self._run(
            lambda session: session.fetch(f"EXPLAIN FORMAT=JSON {sql}", DEADLINE_SECONDS, caps), DEADLINE_SECONDS
        )
        block: dict[str, Any] = json.loads(plan.rows[0][0])["query_block"] if plan.rows else {}
        told = block.get("cost_info", block)
        cost = told.get("query_cost", told.get("cost"))
        return None if cost is None else float(cost)

    def distinct(self, ref: ColumnRef, limit: int, *, deadline: float = DEADLINE_SECONDS) -> tuple[Any, ...]:
        """Return up to `limit` distinct values of a column, without NULL; empty if it cannot be read in time.

        They come in the order in which rows hold them, as SQLite gives them, and are looked for in the first rows alone.
        """
        column, table = quoted(ref.column, "mysql"), quoted(ref.table, "mysql")
        rows = f"SELECT {column} AS value FROM {table} WHERE {column} IS NOT NULL LIMIT {FIRST_SEEN}"
        sql = f"SELECT DISTINCT value FROM ({rows}) AS seen LIMIT {int(limit)}"
        return tuple(row[0] for row in self.execute(sql, max_rows=limit, deadline=deadline).rows)

    def values_query(self, ref: ColumnRef, max_chars: int, *, distinct: bool) -> str:
        """Return a statement that reads a column for the index; texts are told apart by their letters' case too."""
        name, table = quoted(ref.column, "mysql"), quoted(ref.table, "mysql")
        value = {
            "number": name,
            "text": f"CONVERT(left({name}, {max_chars + 1}) USING utf8mb4) COLLATE utf8mb4_bin",
            "time": f"CAST({name} AS CHAR)",
            "boolean": f"CAST({name} AS CHAR)",
            "other": "x''",
        }[self.schema.describe(ref).kind]
        rows = f"(SELECT {name} FROM {table} LIMIT {SAMPLED_ROWS}) AS first_rows" if self.sampled(ref) else table
        return f"SELECT {'DISTINCT ' if distinct else ''}{value} FROM {rows} WHERE {name} IS NOT NULL"

    def sampled(self, ref: ColumnRef) -> str:
        """Say how much of a column's table the index reads; empty for all of it."""
        large = self._sizes.get(ref.table, 0) > SAMPLED_FROM
        return f"the table is large: its first {SAMPLED_ROWS:,} rows are read" if large else ""

    def stream(
        self, sql: str, *, batch: int = 10_000, stall: float = math.inf, deadline: float = math.inf
    ) -> Iterator[list[Row]]:
        """Yield the rows of one statement of ours in batches; see `Database`."""
        end = time.monotonic() + deadline
        worker = self._pool.take()
        session = worker.connection
        rows = session.begin(sql, min(deadline, stall * 1_000))

        def fetch(_: Session) -> list[Row] | Exception:
            try:
                return list(islice(rows, batch))
            except (load_driver().MySQLError, OSError, ValueError, MemoryError) as error:
                return error

        finished = False
        try:
            while True:
                found = worker.wait(fetch, max(0.0, min(stall, end - time.monotonic())))
                if found is None:
                    raise UnreadableError("too slow to read")
                if isinstance(found, Exception):
                    raise self._unreadable(found) from found
                if not found:
                    finished = True
                    return
                yield found
        finally:
            if not finished:
                session.drop()
            self._pool.give_back(worker)

    def _unreadable(self, error: Exception) -> Exception:
        outcome = fault(error)
        if outcome.machine_fault:
            return DatabaseError(f"cannot read {self.address!r}: {outcome.message}")
        return UnreadableError("too slow to read" if outcome.outcome == "timeout" else outcome.message)

    def close(self) -> None:
        """Close every idle connection; the database can still be used, and opens new ones."""
        self._pool.close()

    def _run(self, job: Callable[[Session], Result], deadline: float) -> Result:
        def asked(worker: Worker[Session]) -> Result | None:
            result: Result | None = worker.wait(job, max(deadline, 0.0))
            if result is not None and result.machine_fault and not worker.connection.usable:
                raise _LostError(result)
            return result

        try:
            result = self._pool.run(asked)
        except _LostError as error:
            result = error.result
        except DatabaseError as error:
            return Result(outcome="error", message=str(error), machine_fault=True)
        if result is None or result.outcome == "timeout":
            return Result(outcome="timeout", message=f"stopped at the deadline of {deadline:g} s")
        return result


class _LostError(GoneError):
    """The outcome of a statement whose connection was lost."""

    def __init__(self, result: Result) -> None:
        super().__init__(result.message)
        self.result = result


def _end(worker: Worker[Session]) -> None:
    """Close a connection: at once where a statement was left behind in it."""
    if worker.abandoned:
        worker.connection.drop()
    else:
        worker.end()
