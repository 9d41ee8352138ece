"""packed: rows as a sequence that hardly grows: very many are kept compressed, and few of them are rows at a time."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain, islice
from types import GenericAlias
from typing import Any, TypeVar, overload
from zlib import compress, decompress

from pydantic import BaseModel, TypeAdapter

M = TypeVar("M", bound=BaseModel)

KEPT = 4_096
"""Rows that are kept as they are: those of the dev sets."""
TOGETHER = 64
"""Rows that are compressed together."""


def packed(kind: type[M], rows: Iterable[M]) -> Sequence[M]:
    """Gather rows: a tuple of few, of many a sequence that keeps them compressed."""
    left = iter(rows)
    few = tuple(islice(left, KEPT + 1))
    return few if len(few) <= KEPT else PackedRows(kind, chain(few, left))


class PackedRows(Sequence[M]):
    """Rows that are kept compressed."""

    def __init__(self, kind: type[M], rows: Iterable[M]) -> None:
        self._kind = kind
        self._blocks, self._count = list[bytes](), 0
        left = iter(rows)
        while block := tuple(islice(left, TOGETHER)):
            self._blocks.append(compress(_adapter(kind).dump_json(block), 1))
            self._count += len(block)

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[M]:
        for block in self._blocks:
            yield from _rows(self._kind, block)

    @overload
    def __getitem__(self, place: int) -> M: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[M]: ...
    def __getitem__(self, place: int | slice) -> M | Sequence[M]:
        places = range(self._count)[place]
        if isinstance(places, int):
            return _near_rows(self._kind, self._blocks[places // TOGETHER])[places % TOGETHER]
        return packed(self._kind, (self[each] for each in places))


class ByNumber(Mapping[int, M]):
    """Rows by a number that each has, which rises from row to row."""

    def __init__(self, rows: Sequence[M], numbers: array[int]) -> None:
        self._rows, self._numbers = rows, numbers

    def __getitem__(self, number: int) -> M:
        place = bisect_left(self._numbers, number)
        if place == len(self._numbers) or self._numbers[place] != number:
            raise KeyError(number)
        return self._rows[place]

    def __iter__(self) -> Iterator[int]:
        return iter(self._numbers)

    def __len__(self) -> int:
        return len(self._numbers)


@lru_cache(maxsize=8)
def _adapter(kind: type[BaseModel]) -> TypeAdapter[tuple[Any, ...]]:
    rows: Any = GenericAlias(tuple, (kind, ...))
    return TypeAdapter(rows)


def _rows(kind: type[M], block: bytes) -> tuple[M, ...]:
    return _adapter(kind).validate_json(decompress(block))


@lru_cache(maxsize=4)
def _near_rows(kind: type[BaseModel], block: bytes) -> tuple[Any, ...]:
    """Keep what was unpacked last: turns are asked for dialogue by dialogue."""
    return _rows(kind, block)
