"""Database: what can be asked with SQL, with every statement bounded in time, rows and memory."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, Protocol

from value_index.models import FrozenModel
from value_index.schema import ColumnRef, Schema

DEADLINE_SECONDS = 5.0
MAX_ROWS = 100_000
MAX_BYTES = 64 << 20
MAX_CELLS = 2_000_000

Row = tuple[Any, ...]
"""One row of a result: cells as int, float, str, bytes or None."""
Outcome = Literal["rows", "error", "timeout", "truncated", "refused", "checked"]


class Result(FrozenModel):
    """What came of one statement."""

    outcome: Outcome
    """rows; truncated (the first rows, up to a cap); error, timeout, refused (no rows); checked (compiled only)."""
    columns: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    message: str = ""
    """One line: why there is no full result."""
    machine_fault: bool = False
    """Whether what surrounds the statement failed (a lock, a disk, memory that others used up), not the statement."""

    @property
    def ok(self) -> bool:
        """Whether the statement ran, or compiled where it was only checked."""
        return self.outcome in ("rows", "truncated", "checked")


class Database(Protocol):
    """A database that is only read, usable from several threads at once: one implementation a folder."""

    @property
    def schema(self) -> Schema:
        """The tables, columns and keys, and the dialect in which they are asked."""
        ...

    @property
    def notes(self) -> tuple[str, ...]:
        """What of it cannot be read, or not as its program would; one line each."""
        ...

    @property
    def address(self) -> str:
        """What names it on this machine, without a password: the key of what is kept about it."""
        ...

    @property
    def files(self) -> tuple[Path, ...]:
        """The files that hold it; none of a server."""
        ...

    @property
    def file_bytes(self) -> int:
        """How much it stores.

        Raises:
            DatabaseError: it is gone.
        """
        ...

    def fingerprint(self) -> str:
        """Return a key that changes when what is stored does.

        Raises:
            DatabaseError: it is gone.
        """
        ...

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
        ...

    def check(self, sql: str, *, deadline: float = DEADLINE_SECONDS) -> Result:
        """Compile one statement without running it."""
        ...

    def plan_cost(self, sql: str) -> float | None:
        """Return what the engine expects a statement to cost, in its own unit; None where it does not say."""
        ...

    def distinct(self, ref: ColumnRef, limit: int, *, deadline: float = DEADLINE_SECONDS) -> tuple[Any, ...]:
        """Return up to `limit` distinct values of a column, without NULL; empty if it cannot be read in time."""
        ...

    def stream(
        self, sql: str, *, batch: int = 10_000, stall: float = math.inf, deadline: float = math.inf
    ) -> Iterator[list[Row]]:
        """Yield the rows of one statement in batches, without a cap: for reading whole columns.

        Args:
            stall: seconds that one batch may take.
            deadline: seconds that all of them may take.

        Raises:
            UnreadableError: the statement cannot be run to its end, or not in time; others can.
            DatabaseError: the database is gone or locked.
        """
        ...

    def values_query(self, ref: ColumnRef, max_chars: int, *, distinct: bool) -> str:
        """Return a statement that reads a column for the index: texts, numbers, and x'' for what is neither.

        Args:
            ref: the column.
            max_chars: characters of a text that matter; one that comes back longer was cut.
            distinct: whether each value comes once.
        """
        ...

    def sampled(self, ref: ColumnRef) -> str:
        """Say how much of a large table `values_query` reads of a column; empty where it is all."""
        ...

    def close(self) -> None:
        """Close what is open; the database can still be used, and opens it anew."""
        ...
