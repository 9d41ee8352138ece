"""PostgreSQLDatabase: a server's database, asked in transactions that only read."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from value_index.connection.address import Address
from value_index.connection.pool import Pool
from value_index.connection.worker import Collector
from value_index.database import DEADLINE_SECONDS, MAX_BYTES, MAX_CELLS, MAX_ROWS, Result, Row
from value_index.engines.postgres.cells import names_of, rows_of
from value_index.engines.postgres.channel import Channel, ServerFault, StoppedError, TooLargeError
from value_index.engines.postgres.counters import state, table_bytes
from value_index.engines.postgres.driver import open_connection
from value_index.engines.postgres.reflection import Ask, Reflected, reflect
from value_index.engines.postgres.statements import FORBIDDEN_SQL, Forbidden, fault, refusal
from value_index.engines.postgres.transaction import FETCHED, declare, reading
from value_index.errors import DatabaseError, UnreadableError
from value_index.schema import ColumnRef, quoted
from value_index.text.spoken_names import with_spoken_names

T = TypeVar("T")
OURS_SECONDS = 120.0
"""The time for a statement of ours about the catalog."""
FRESH_SECONDS = 1.0
"""How long a fingerprint is not asked for again: the server itself counts no faster."""
FETCH_BYTES = 8 << 20
"""What is asked for at once, going by the rows before."""
SAMPLED_FROM = 1 << 30
"""Bytes of a table from which the index reads a sample of its pages, as many as make these bytes."""
FIRST_SEEN = 100_000
"""Rows in which the values of a column are looked for where nobody asked for all."""


class PostgreSQLDatabase:
    """A `Database` that a PostgreSQL server holds."""

    def __init__(self, address: Address, found: Reflected, forbidden: Forbidden, sizes: dict[str, int]) -> None:
        self.schema = with_spoken_names(found.tables)
        self.notes = (*found.notes, *_sampled(sizes))
        self.address = str(address)
        self.files: tuple[Path, ...] = ()
        self._search_path = found.search_path
        self._forbidden = forbidden
        self._sizes = sizes
        self._state = (-math.inf, "")
        self._pool = Pool(lambda: Channel(open_connection(address)), lambda it: it.usable, Channel.close)

    @classmethod
    def open(cls, address: Address) -> PostgreSQLDatabase:
        """Connect, and read the schema.

        Raises:
            DatabaseError: the driver is missing, the server cannot be asked, or there are no tables for this user.
        """
        channel = Channel(open_connection(address))
        try:
            end = time.monotonic() + OURS_SECONDS
            with reading(channel, end, (), 0):
                ask = _asker(channel, end)
                wanted = address.option("schema")
                found = reflect(ask, address.file_name, wanted.split(",") if wanted else ())
                names = ask(FORBIDDEN_SQL)
                sizes = table_bytes(ask, found.search_path)
        except (ServerFault, StoppedError) as error:
            raise DatabaseError(f"cannot read the schema of {str(address)!r}: {error}") from None
        finally:
            channel.close()
        if not found.tables.tables:
            why = f": {found.notes[0]}" if found.notes else ": there is nothing to ask"
            raise DatabaseError(f"{str(address)!r} holds no tables that {address.user or 'the user'} may read{why}")
        return cls(address, found, Forbidden.of(names), sizes)

    @property
    def file_bytes(self) -> int:
        """How much the tables held when they were looked at."""
        return sum(self._sizes.values())

    def fingerprint(self) -> str:
        """Return a key that changes with what the server counts: rows written, tables made anew.

        Raises:
            DatabaseError: the server cannot be asked.
        """
        asked, known = self._state
        if time.monotonic() - asked > FRESH_SECONDS:
            end = time.monotonic() + OURS_SECONDS
            try:
                known = self._with_channel(
                    lambda channel: state(_asker(channel, end), self.address, self._search_path), end
                )
            except (ServerFault, StoppedError) as error:
                raise DatabaseError(f"cannot ask {self.address!r}: {error}") from None
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
        end = time.monotonic() + max(deadline, 0.0)
        return self._run(sql, deadline, lambda channel: _fetch(channel, sql, end, max_rows, max_bytes, max_cells))

    def check(self, sql: str, *, deadline: float = DEADLINE_SECONDS) -> Result:
        """Compile one statement without running it."""
        end = time.monotonic() + max(deadline, 0.0)

        def compiled(channel: Channel) -> Result:
            declare(channel, sql, end)
            return Result(outcome="checked")

        return self._run(sql, deadline, compiled)

    def plan_cost(self, sql: str) -> float | None:
        """Return what the planner expects a statement to cost; None where it cannot be planned."""

        def planned(channel: Channel) -> Result:
            answer = channel.query(f"EXPLAIN (FORMAT JSON) {sql}", time.monotonic() + DEADLINE_SECONDS)
            return Result(outcome="rows", rows=tuple(rows_of(answer)))

        result = self._run(sql, DEADLINE_SECONDS, planned)
        return float(json.loads(result.rows[0][0])[0]["Plan"]["Total Cost"]) if result.rows else None

    def distinct(self, ref: ColumnRef, limit: int, *, deadline: float = DEADLINE_SECONDS) -> tuple[Any, ...]:
        """Return up to `limit` distinct values of a column, without NULL; empty if it cannot be read in time.

        They come in the order in which rows hold them, as SQLite gives them, and are looked for in the first rows alone.
        """
        column, table = quoted(ref.column), self.schema.table(ref.table)
        place, order = ("", "1") if table is None or table.is_view else (", ctid AS place", "min(place)")
        rows = f"SELECT {column} AS value{place} FROM {quoted(ref.table)} WHERE {column} IS NOT NULL LIMIT {FIRST_SEEN}"
        sql = f"SELECT value FROM ({rows}) AS seen GROUP BY value ORDER BY {order} LIMIT {int(limit)}"
        return tuple(row[0] for row in self.execute(sql, max_rows=limit, deadline=deadline).rows)

    def stream(
        self, sql: str, *, batch: int = 10_000, stall: float = math.inf, deadline: float = math.inf
    ) -> Iterator[list[Row]]:
        """Yield the rows of one statement of ours in batches; see `Database`."""
        end = time.monotonic() + deadline
        until = lambda: min(end, time.monotonic() + stall)  # noqa: E731
        channel = self._pool.take()
        try:
            with reading(channel, until(), self._search_path, min(stall, deadline)):
                declare(channel, sql, until())
                while rows := list(rows_of(channel.query(f"FETCH {batch} FROM {FETCHED}", until()))):
                    yield rows
                    if len(rows) < batch:
                        return
        except StoppedError:
            raise UnreadableError("too slow to read") from None
        except ServerFault as error:
            outcome = fault(error)
            if outcome.machine_fault:
                raise DatabaseError(f"cannot read {self.address!r}: {outcome.message}") from None
            raise UnreadableError("too slow to read" if outcome.outcome == "timeout" else outcome.message) from None
        finally:
            self._pool.give_back(channel)

    def values_query(self, ref: ColumnRef, max_chars: int, *, distinct: bool) -> str:
        """Return a statement that reads a column for the index; days and times as the texts that they are written as."""
        name = quoted(ref.column)
        value = {
            "number": name,
            "text": f"left({name}::text, {max_chars + 1})",
            "time": f"{name}::text",
            "boolean": f"{name}::text",
            "other": "''::bytea",
        }[self.schema.describe(ref).kind]
        sample = f" TABLESAMPLE SYSTEM ({self._percent(ref):.4f}) REPEATABLE (1)" if self.sampled(ref) else ""
        return (
            f"SELECT {'DISTINCT ' if distinct else ''}{value} FROM {quoted(ref.table)}{sample} WHERE {name} IS NOT NULL"
        )

    def sampled(self, ref: ColumnRef) -> str:
        """Say how much of a column's table the index reads; empty for all of it."""
        percent = self._percent(ref)
        return f"the table is large: {percent:.3g} % of its pages are read" if percent < 100 else ""

    def close(self) -> None:
        """Close every idle connection; the database can still be used, and opens new ones."""
        self._pool.close()

    def _percent(self, ref: ColumnRef) -> float:
        return 100.0 * min(1.0, SAMPLED_FROM / max(self._sizes.get(ref.table, 0), 1))

    def _run(self, sql: str, deadline: float, job: Callable[[Channel], Result]) -> Result:
        if (refused := refusal(sql, self._forbidden)) is not None:
            return refused
        try:
            result = self._with_channel(job, time.monotonic() + max(deadline, 0.0))
        except DatabaseError as error:
            return Result(outcome="error", message=str(error), machine_fault=True)
        except ServerFault as error:
            result = fault(error)
        except StoppedError:
            result = Result(outcome="timeout")
        if result.outcome == "timeout":
            return Result(outcome="timeout", message=f"stopped at the deadline of {deadline:g} s")
        return result

    def _with_channel(self, job: Callable[[Channel], T], end: float) -> T:
        """Run a job in a transaction."""

        def within(channel: Channel) -> T:
            with reading(channel, end, self._search_path, end - time.monotonic()):
                return job(channel)

        return self._pool.run(within)


def _fetch(channel: Channel, sql: str, end: float, max_rows: int, max_bytes: int, max_cells: int) -> Result:
    declare(channel, sql, end)
    collector: Collector | None = None
    columns: tuple[str, ...] = ()
    count = min(100, max_rows + 1)
    try:
        while True:
            answer = channel.query(f"FETCH {count} FROM {FETCHED}", end, max_bytes + FETCH_BYTES)
            if collector is None:
                columns = names_of(answer)
                collector = Collector(len(columns), max_rows, max_bytes, max_cells)
            if not all(map(collector.add, rows_of(answer))):
                break
            if answer.ntuples < count:
                return Result.model_construct(
                    outcome="rows", columns=columns, rows=tuple(collector.rows), message="", machine_fault=False
                )
            row_bytes = (max_bytes - collector.bytes_left) // max(len(collector.rows), 1) + 1
            count = max(1, min(count * 4, 2_000, FETCH_BYTES // row_bytes))
    except TooLargeError:
        pass
    rows = tuple(collector.rows) if collector else ()
    return Result(outcome="truncated", columns=columns, rows=rows, message=f"cut after {len(rows)} rows")


def _asker(channel: Channel, end: float) -> Ask:
    return lambda sql: list(rows_of(channel.query(sql, end)))


def _sampled(sizes: dict[str, int]) -> list[str]:
    return [
        f"{table!r} is large: the index reads a sample of its values"
        for table, size in sizes.items()
        if size > SAMPLED_FROM
    ]
