"""DuckDBDatabase: a DuckDB file, or data files read into one, that can only be read."""

from __future__ import annotations

import hashlib
import math
import time
import weakref
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from value_index.connection.cells import plain_row
from value_index.connection.worker import Collector, Worker
from value_index.database import DEADLINE_SECONDS, MAX_BYTES, MAX_CELLS, MAX_ROWS, Result, Row
from value_index.engines.duckdb.driver import first_line, load_driver, open_confined
from value_index.engines.duckdb.reflection import reflect
from value_index.engines.duckdb.source import DataFiles, DuckDBFile
from value_index.engines.duckdb.statements import fault, refusal
from value_index.errors import DatabaseError, UnreadableError
from value_index.schema import ColumnRef, Schema, quoted
from value_index.text.spoken_names import with_spoken_names

if TYPE_CHECKING:
    import duckdb

    Job = Callable[[duckdb.DuckDBPyConnection], Any]
    Workers = list[Worker[duckdb.DuckDBPyConnection]]


CLOSE_SECONDS = 1.0


class DuckDBDatabase:
    """A `Database` that DuckDB holds."""

    def __init__(self, source: DuckDBFile | DataFiles, schema: Schema, notes: tuple[str, ...]) -> None:
        self.schema = with_spoken_names(schema)
        self.notes = notes
        self.address = source.address
        self.files = source.files
        self._source = source
        self._search_path = ",".join(map(quoted, source.search_path))
        self._idle: Workers = []
        weakref.finalize(self, _end, self._idle)

    @classmethod
    def open(cls, source: DuckDBFile | DataFiles) -> DuckDBDatabase:
        """Open a source and read its schema.

        Raises:
            DatabaseError: a file is missing, corrupt, locked or cannot be read as a table, or there are no tables.
        """
        path = source.ready()
        connection = open_confined(path)
        try:
            schema, notes = reflect(connection, source)
        except load_driver().Error as error:
            raise DatabaseError(f"cannot read the schema of {source.address!r}: {first_line(error)}") from error
        finally:
            connection.close()
        if not schema.tables:
            raise DatabaseError(f"{source.address!r} holds no tables: there is nothing to ask")
        return cls(source, schema, (*source.notes, *notes))

    @property
    def file_bytes(self) -> int:
        """The size of the files.

        Raises:
            DatabaseError: one is gone.
        """
        return sum(state[2] for state in self._source.state())

    def fingerprint(self) -> str:
        """Return a key that changes when a file does: path, inode, size and times.

        Raises:
            DatabaseError: one is gone.
        """
        parts = (self.address, self._source.state())
        return hashlib.blake2b(repr(parts).encode(errors="surrogateescape"), digest_size=16).hexdigest()

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

        def fetch(connection: duckdb.DuckDBPyConnection) -> Result:
            return refusal(connection, sql) or _fetch(connection, sql, max_rows, max_bytes, max_cells)

        return self._run(fetch, deadline)

    def check(self, sql: str, *, deadline: float = DEADLINE_SECONDS) -> Result:
        """Compile one statement without running it."""

        def compiled(connection: duckdb.DuckDBPyConnection) -> Result:
            if (refused := refusal(connection, sql)) is not None:
                return refused
            try:
                connection.execute(f"EXPLAIN {sql}")
            except (load_driver().Error, MemoryError, ValueError) as error:
                return fault(error)
            return Result(outcome="checked")

        return self._run(compiled, deadline)

    def plan_cost(self, sql: str) -> float | None:
        """Return None: the engine tells no cost."""
        return None

    def distinct(self, ref: ColumnRef, limit: int, *, deadline: float = DEADLINE_SECONDS) -> tuple[Any, ...]:
        """Return up to `limit` distinct values of a column, without NULL; empty if it cannot be read in time.

        They come in the order in which rows hold them, as SQLite gives them.
        """
        column = quoted(ref.column)
        sql = f"SELECT {column} FROM {self._distinct(ref, column)} LIMIT {int(limit)}"
        return tuple(row[0] for row in self.execute(sql, max_rows=limit, deadline=deadline).rows)

    def values_query(self, ref: ColumnRef, max_chars: int, *, distinct: bool) -> str:
        """Return a statement that reads a column for the index; days and times as the texts that they are written as."""
        column = self.schema.describe(ref)
        name = quoted(ref.column)
        value = {
            "number": name,
            "text": f"left(CAST({name} AS VARCHAR), {max_chars + 1})",
            "time": f"CAST({name} AS VARCHAR)",
            "boolean": f"CAST({name} AS VARCHAR)",
            "other": "''::BLOB",
        }[column.kind]
        where = self._distinct(ref, name) if distinct else f"{quoted(ref.table)} WHERE {name} IS NOT NULL"
        return f"SELECT {value} FROM {where}"

    def sampled(self, ref: ColumnRef) -> str:
        """Say nothing: all of a column is read."""
        return ""

    def _distinct(self, ref: ColumnRef, column: str) -> str:
        """Return what follows FROM where each value comes once, in an order that does not hang on threads."""
        table = self.schema.table(ref.table)
        order = column if table is None or table.is_view else "min(rowid)"
        return f"{quoted(ref.table)} WHERE {column} IS NOT NULL GROUP BY {column} ORDER BY {order}"

    def stream(
        self, sql: str, *, batch: int = 10_000, stall: float = math.inf, deadline: float = math.inf
    ) -> Iterator[list[Row]]:
        """Yield the rows of one statement of ours in batches; see `Database`."""
        worker = self._worker()
        end = time.monotonic() + deadline
        started = False

        def fetch(connection: duckdb.DuckDBPyConnection) -> list[Row] | Exception:
            try:
                if not started:
                    connection.execute(sql)
                return list(map(plain_row, connection.fetchmany(batch)))
            except (load_driver().Error, ValueError, MemoryError, OverflowError) as error:
                return error

        try:
            while True:
                rows = worker.wait(fetch, max(0.0, min(stall, end - time.monotonic())))
                started = True
                if rows is None or isinstance(rows, load_driver().InterruptException):
                    raise UnreadableError("too slow to read")
                if isinstance(rows, Exception):
                    raise UnreadableError(first_line(rows)) from rows
                if not rows:
                    return
                yield rows
        finally:
            if not worker.abandoned:
                self._idle.append(worker)

    def close(self) -> None:
        """Close every idle connection; the database can still be used, and opens new ones."""
        _end(self._idle)

    def _run(self, job: Job, deadline: float) -> Result:
        try:
            worker = self._worker()
        except DatabaseError as error:
            return Result(outcome="error", message=str(error), machine_fault=True)
        result: Result | None = worker.wait(job, max(deadline, 0.0))
        if not worker.abandoned:
            self._idle.append(worker)
        if result is None or result.outcome == "timeout":
            return Result(outcome="timeout", message=f"stopped at the deadline of {deadline:g} s")
        return result

    def _worker(self) -> Worker[duckdb.DuckDBPyConnection]:
        """Return an idle connection to the files as they are now, else a new one."""
        now = self._source.state()
        while self._idle:
            try:
                worker = self._idle.pop()
            except IndexError:
                break
            if worker.state == now:
                return worker
            worker.end()
            worker.join(CLOSE_SECONDS)  # DuckDB opens a file once a process: the old one must be gone
        connection = open_confined(self._source.ready())
        connection.execute(f"SET search_path = '{self._search_path.replace(chr(39), chr(39) * 2)}'")
        return Worker(connection, now, lambda it: it.interrupt(), lambda it: it.close())


def _fetch(connection: duckdb.DuckDBPyConnection, sql: str, max_rows: int, max_bytes: int, max_cells: int) -> Result:
    try:
        connection.execute(sql)
        columns = tuple(item[0].replace("count_star()", "count(*)") for item in connection.description or ())
        collector = Collector(len(columns), max_rows, max_bytes, max_cells)
        while batch := connection.fetchmany(min(1_000, max_rows + 1)):
            for row in batch:
                if not collector.add(plain_row(row)):
                    message = f"cut after {len(collector.rows)} rows"
                    rows = tuple(collector.rows)
                    return Result.model_construct(outcome="truncated", columns=columns, rows=rows, message=message)
    except (load_driver().Error, ValueError, MemoryError, OverflowError) as error:
        return fault(error)
    return Result.model_construct(outcome="rows", columns=columns, rows=tuple(collector.rows), message="")


def _end(idle: Workers) -> None:
    """Close the connections, and wait for it: a driver's thread that the end of the process meets would abort it."""
    workers = [idle.pop() for _ in range(len(idle))]
    for worker in workers:
        worker.end()
    for worker in workers:
        worker.join(CLOSE_SECONDS)
