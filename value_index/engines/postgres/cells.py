"""Cells of PostgreSQL, which come as text, as cells of a result: numbers, texts, bytes, truth values and NULL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from psycopg.pq.abc import PGresult

Reader = Callable[[bytes], Any]


def _number(text: bytes) -> int | float:
    """Read a numeric: whole where it is written so.

    >>> _number(b"12"), _number(b"12.50"), _number(b"NaN")
    (12, 12.5, nan)
    """
    return int(text) if text.lstrip(b"-").isdigit() else float(text)


def _text(text: bytes) -> str:
    return text.decode(errors="replace")


_READERS: dict[int, Reader] = {
    16: lambda text: text == b"t",
    17: lambda text: bytes.fromhex(text[2:].decode()),
    20: int, 21: int, 23: int, 26: int,
    700: float, 701: float,
    1700: _number,
}  # fmt: skip
"""The readers, by the number that every server gives a type: bool, bytea, whole numbers, floats, numeric. All others stay text."""


def rows_of(result: PGresult) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of an answer."""
    readers = [_READERS.get(result.ftype(place), _text) for place in range(result.nfields)]
    value = result.get_value
    for row in range(result.ntuples):
        cells = (value(row, place) for place in range(len(readers)))
        yield tuple(None if cell is None else read(cell) for read, cell in zip(readers, cells, strict=True))


def names_of(result: PGresult) -> tuple[str, ...]:
    """Return the names of an answer's columns."""
    return tuple((result.fname(place) or b"").decode(errors="replace") for place in range(result.nfields))
