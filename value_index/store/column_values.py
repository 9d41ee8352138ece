"""What of a column is worth indexing, and why the rest is left out.

The rules: texts of up to 120 characters that are not hashes, and numbers, up to a million of them. Blobs, longer texts,
and texts that are no valid UTF-8 or hold NUL are left out: no question names them, or no comparison would find them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from value_index.database import Database
from value_index.schema import ColumnRef
from value_index.sqlite.reflection import quoted

MAX_VALUE_CHARS = 120
MAX_NUMBERS = 1_000_000
_BEYOND = f"numbers beyond {MAX_NUMBERS:,}"
SAMPLE = 200
"""Texts looked at before a column is taken for hashes."""
LARGE_FILE = 2 << 20
"""Bytes of a database from which it is worth asking how many values differ."""
_HASH = re.compile(r"[0-9a-f]{16,}|[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)


@dataclass
class ColumnReading:
    """A column while it is read: its numbers, and counts of what is left out."""

    numbers: set[float] = field(default_factory=set[float])
    skipped: dict[str, int] = field(default_factory=dict[str, int])

    def skip(self, reason: str, count: int = 1) -> None:
        """Count values that are left out."""
        if count:
            self.skipped[reason] = self.skipped.get(reason, 0) + count

    @property
    def reasons(self) -> str:
        """Say what was left out, in one line."""
        return "; ".join(f"{count:,} {reason}" for reason, count in self.skipped.items())


def read_texts(database: Database, ref: ColumnRef, reading: ColumnReading) -> Iterator[list[str]]:
    """Yield batches of a column's texts worth indexing; numbers and what is left out go to `reading`.

    Raises:
        DatabaseError: the column cannot be read.
    """
    name = quoted(ref.column)
    # The cut keeps a cell of any size from being carried here; a text that comes back cut was too long. SQLite's substr
    # ends at a NUL, which would make another text of it.
    text = f"CASE instr({name}, char(0)) WHEN 0 THEN substr({name}, 1, {MAX_VALUE_CHARS + 1}) ELSE char(0) END"
    sql = (
        f"SELECT {_distinct(database, ref)} CASE typeof({name}) WHEN 'text' THEN {text} WHEN 'blob' THEN x''"
        f" ELSE {name} END FROM {quoted(ref.table)} WHERE {name} IS NOT NULL"
    )
    first = True
    for rows in database.stream(sql):
        texts = _texts([value for (value,) in rows], reading)
        if first and texts and all(_HASH.fullmatch(text) for text in texts[:SAMPLE]):
            reading.skip("hashes or more: all were left out")
            return
        first = first and not texts
        yield texts


def _distinct(database: Database, ref: ColumnRef) -> str:
    """Return DISTINCT, unless nearly all of many values differ: sorting them out then costs more than it saves."""
    if database.path.stat().st_size < LARGE_FILE:
        return "DISTINCT"
    name = quoted(ref.column)
    sql = f"SELECT count(*), count(DISTINCT {name}) FROM (SELECT {name} FROM {quoted(ref.table)} LIMIT {SAMPLE * 50})"
    rows = database.execute(sql).rows
    return "" if rows and rows[0][1] > rows[0][0] / 2 else "DISTINCT"


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
