"""What of a column is worth indexing, and why the rest is left out.

The rules: texts of up to 120 characters that are not hashes, and numbers, up to a million of them. Blobs, longer texts,
and texts that are no valid UTF-8 or hold NUL are left out: no question names them, or no comparison would find them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from value_index.database import Database
from value_index.reflection import quoted
from value_index.schema import ColumnRef

MAX_VALUE_CHARS = 120
MAX_NUMBERS = 1_000_000
SAMPLE = 200
"""Texts looked at before a column is taken for hashes."""
_HASH = re.compile(r"[0-9a-f]{16,}|[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)


@dataclass
class ColumnReading:
    """A column while it is read: its numbers, and counts of what is left out."""

    numbers: list[float] = field(default_factory=list[float])
    texts: int = 0
    skipped: dict[str, int] = field(default_factory=dict[str, int])

    def skip(self, reason: str) -> None:
        """Count a value that is left out."""
        self.skipped[reason] = self.skipped.get(reason, 0) + 1

    @property
    def reasons(self) -> str:
        """Say what was left out, in one line."""
        return "; ".join(f"{count:,} {reason}" for reason, count in self.skipped.items())


def read_texts(database: Database, ref: ColumnRef, reading: ColumnReading) -> Iterator[str]:
    """Yield the distinct texts of a column worth indexing; numbers and what is left out go to `reading`.

    Raises:
        DatabaseError: the column cannot be read.
    """
    name = quoted(ref.column)
    # The cut keeps a cell of any size from being carried here; a text that comes back cut was too long. SQLite's substr
    # ends at a NUL, which would make another text of it.
    text = f"CASE instr({name}, char(0)) WHEN 0 THEN substr({name}, 1, {MAX_VALUE_CHARS + 1}) ELSE char(0) END"
    sql = (
        f"SELECT DISTINCT CASE typeof({name}) WHEN 'text' THEN {text} WHEN 'blob' THEN x'' ELSE {name} END"
        f" FROM {quoted(ref.table)} WHERE {name} IS NOT NULL"
    )
    sample: list[str] | None = []
    for value in (row[0] for batch in database.stream(sql) for row in batch):
        text = _text(value, reading)
        if text is None:
            continue
        if sample is None:
            yield text
            continue
        sample.append(text)
        if len(sample) == SAMPLE:
            if _are_hashes(sample):
                reading.skip("hashes or more: all were left out")
                return
            yield from sample
            sample = None
    if sample and _are_hashes(sample):
        reading.skip("hashes or more: all were left out")
    elif sample:
        yield from sample


def _text(value: Any, reading: ColumnReading) -> str | None:
    if isinstance(value, str):
        if len(value) > MAX_VALUE_CHARS:
            reading.skip(f"longer than {MAX_VALUE_CHARS} characters")
        elif "\ufffd" in value or "\x00" in value:
            reading.skip("not valid text")
        elif value.strip():
            return value
    elif isinstance(value, (int, float)):
        if len(reading.numbers) < MAX_NUMBERS:
            reading.numbers.append(float(value))
        else:
            reading.skip(f"numbers beyond {MAX_NUMBERS:,}")
    else:
        reading.skip("blobs")
    return None


def _are_hashes(texts: Iterable[str]) -> bool:
    return all(_HASH.fullmatch(text) for text in texts)
