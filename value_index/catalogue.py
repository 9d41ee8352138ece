"""What of a database is worth indexing: the distinct values of its columns, and which were left out and why."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from value_index.database import Database
from value_index.schema import ColumnRef

MAX_VALUE_CHARS = 120
_HASH = re.compile(r"[0-9a-f]{16,}|[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)


@dataclass(frozen=True)
class ColumnValues:
    """The distinct values of one column."""

    ref: ColumnRef
    texts: tuple[str, ...] = ()
    numbers: tuple[float, ...] = ()
    skipped: str = ""
    """Why values were left out; empty where all are held."""


def read_column(database: Database, ref: ColumnRef, limit: int) -> ColumnValues:
    """Read the distinct values of a column and leave out what no question names."""
    values = database.distinct(ref, limit + 1)
    cut = f"more than {limit} values" if len(values) > limit else ""
    texts = [value for value in values[:limit] if isinstance(value, str) and value.strip()]
    numbers = tuple(float(value) for value in values[:limit] if isinstance(value, (int, float)))
    blobs = sum(isinstance(value, bytes) for value in values)
    kept, reason = keep_texts(texts)
    return ColumnValues(ref, kept, numbers, reason or cut or ("blobs" if blobs else ""))


def keep_texts(texts: Iterable[str]) -> tuple[tuple[str, ...], str]:
    """Return the texts that a question may name, and the rule that left others out.

    >>> keep_texts(["Boston", "x" * 500])
    (('Boston',), '1 of 2: longer than 120 characters')
    """
    texts = list(texts)
    if texts and all(_HASH.fullmatch(text) for text in texts[:50]):
        return (), "hashes"
    decodable = [text for text in texts if "\ufffd" not in text and "\x00" not in text]
    kept = tuple(text for text in decodable if len(text) <= MAX_VALUE_CHARS)
    reasons = [
        (len(texts) - len(decodable), "not decodable"),
        (len(decodable) - len(kept), f"longer than {MAX_VALUE_CHARS} characters"),
    ]
    return kept, "; ".join(f"{count} of {len(texts)}: {why}" for count, why in reasons if count)
