"""What of a column is worth indexing, and why the rest is left out.

The rules: texts of up to 120 characters that are not hashes, and numbers, up to a million of them. Blobs, longer texts,
and texts that are no valid UTF-8 or hold NUL are left out: no question names them, or no comparison would find them.
What cannot be read, or not in time, costs its own column. A view may compute anything, so it has a deadline and a cap;
a column of a table ends with the table.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from value_index.database import Database
from value_index.errors import UnreadableError
from value_index.schema import ColumnRef, limited, quoted

MAX_VALUE_CHARS = 120
MAX_NUMBERS = 1_000_000
_BEYOND = f"numbers beyond {MAX_NUMBERS:,}"
SAMPLE = 200
"""Texts looked at before a column is taken for hashes."""
LARGE_FILE = 2 << 20
"""Bytes of a database from which it is worth asking how many values differ."""
MAX_VIEW_ROWS = 100_000
VIEW_SECONDS = 1.0
"""The time for one column of a view; one that needs longer is left out whole, so that the index does not hang on the
clock."""
ALL_VIEWS_SECONDS = 5.0
STALL_SECONDS = 10.0
"""The time for a batch of a table's column."""
MIN_STALL_SECONDS = 0.5
"""The same once other columns have stalled for long."""
ALL_STALLS_SECONDS = 20.0
_HASH = re.compile(r"[0-9a-f]{16,}|[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)


@dataclass
class ColumnReading:
    """A column while it is read: its numbers, and counts of what is left out."""

    numbers: set[float] = field(default_factory=set[float])
    skipped: dict[str, int] = field(default_factory=dict[str, int])
    fault: str = ""
    """Why the rest of the column could not be read."""

    def skip(self, reason: str, count: int = 1) -> None:
        """Count values that are left out."""
        if count:
            self.skipped[reason] = self.skipped.get(reason, 0) + count

    @property
    def reasons(self) -> str:
        """Say what was left out, in one line."""
        counted = (f"{count:,} {reason}" for reason, count in self.skipped.items())
        return "; ".join(filter(None, (*counted, self.fault)))


class Budget:
    """The time that is left for columns that are slow to read."""

    def __init__(self) -> None:
        self._views = ALL_VIEWS_SECONDS
        self._tables = ALL_STALLS_SECONDS
        self._slow: set[str] = set()

    def of_table(self, database: Database, sql: str) -> Iterator[list[tuple[Any, ...]]]:
        """Yield the rows of a statement over a table, for as long as they keep coming.

        Raises:
            UnreadableError: it cannot be read to its end.
        """
        stall = max(min(STALL_SECONDS, self._tables), MIN_STALL_SECONDS)
        started = time.monotonic()
        try:
            for rows in database.stream(sql, stall=stall):
                yield rows
                started = time.monotonic()
        except UnreadableError:
            self._tables -= time.monotonic() - started
            raise

    def of_view(self, database: Database, sql: str, view: str) -> list[list[tuple[Any, ...]]]:
        """Return the first rows of a statement over a view.

        Raises:
            UnreadableError: it cannot be read, or not in time; its other columns are not tried then.
        """
        if view in self._slow or self._views <= 0:
            raise UnreadableError("too slow to read")
        started = time.monotonic()
        try:
            return list(
                database.stream(
                    limited(sql, MAX_VIEW_ROWS, database.schema.dialect), deadline=min(VIEW_SECONDS, self._views)
                )
            )
        except UnreadableError:
            self._slow.add(view)
            raise
        finally:
            self._views -= time.monotonic() - started


def read_texts(
    database: Database, ref: ColumnRef, reading: ColumnReading, budget: Budget | None = None
) -> Iterator[list[str]]:
    """Yield batches of a column's texts worth indexing; numbers and what is left out go to `reading`.

    Args:
        budget: what is left of the time for slow columns.

    Raises:
        DatabaseError: the file cannot be read.
    """
    try:
        yield from _read_texts(database, ref, reading, budget or Budget())
    except UnreadableError as error:
        reading.fault = f"cannot be read: {error}"


def _read_texts(database: Database, ref: ColumnRef, reading: ColumnReading, budget: Budget) -> Iterator[list[str]]:
    table = database.schema.table(ref.table)
    is_view = table is not None and table.is_view
    sql = database.values_query(ref, MAX_VALUE_CHARS, distinct=is_view or _repeats(database, ref))
    first, rows_read = True, 0
    for rows in budget.of_view(database, sql, ref.table) if is_view else budget.of_table(database, sql):
        texts = _texts([value for (value,) in rows], reading)
        if first and texts and all(_HASH.fullmatch(text) for text in texts[:SAMPLE]):
            reading.skip("hashes or more: all were left out")
            return
        first = first and not texts
        rows_read += len(rows)
        yield texts
    reading.fault = database.sampled(ref)
    if is_view and rows_read >= MAX_VIEW_ROWS:
        reading.fault = f"a view: only its first {MAX_VIEW_ROWS:,} values are read"


def _repeats(database: Database, ref: ColumnRef) -> bool:
    """Tell whether values repeat: where nearly all of many differ, sorting them out costs more than it saves."""
    if database.file_bytes < LARGE_FILE:
        return True
    name = quoted(ref.column, database.schema.dialect)
    dialect = database.schema.dialect
    first = limited(f"SELECT {name} FROM {quoted(ref.table, dialect)}", SAMPLE * 50, dialect)
    sql = f"SELECT count(*), count(DISTINCT {name}) FROM ({first}) AS first_rows"
    rows = database.execute(sql).rows
    return not rows or rows[0][1] <= rows[0][0] / 2


def _texts(values: list[Any], reading: ColumnReading) -> list[str]:
    """Sort out a batch: texts are returned, numbers and the rest go to `reading`."""
    kinds = set(map(type, values))
    if kinds <= {int, float} and len(reading.numbers) + len(values) <= MAX_NUMBERS:
        reading.numbers.update(map(float, values))
        return []
    if kinds <= {int, float} and len(reading.numbers) >= MAX_NUMBERS:
        reading.skip(_BEYOND, len(values) - sum(map(reading.numbers.__contains__, values)))
        return []
    if kinds == {str} and max(map(len, values)) <= MAX_VALUE_CHARS:
        everything = "".join(values)
        if "\ufffd" not in everything and "\x00" not in everything:
            return values
    return [text for value in values if (text := _text(value, reading)) is not None]


def _text(value: Any, reading: ColumnReading) -> str | None:
    if isinstance(value, str):
        if len(value) > MAX_VALUE_CHARS:
            reading.skip(f"longer than {MAX_VALUE_CHARS} characters")
        elif "\ufffd" in value or "\x00" in value:
            reading.skip("not valid text")
        else:
            return value
    elif isinstance(value, (int, float)):
        if len(reading.numbers) < MAX_NUMBERS or float(value) in reading.numbers:
            reading.numbers.add(float(value))
        else:
            reading.skip(_BEYOND)
    else:
        reading.skip("blobs")
    return None
