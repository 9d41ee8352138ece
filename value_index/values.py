"""Values: every indexed value, found by its folded text or by its number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from value_index.catalogue import ColumnValues
from value_index.fold import fold
from value_index.postings import Postings


@dataclass(frozen=True, slots=True)
class Entry:
    """A stored value of one column."""

    column: int
    """Position of the column in the index."""
    value: str


class Values:
    """The texts and numbers of the indexed columns."""

    def __init__(self, columns: Sequence[ColumnValues]) -> None:
        self.columns = columns
        self._entries: dict[str, list[Entry]] = {}
        for position, column in enumerate(columns):
            for text in column.texts:
                folded = fold(text)
                if folded:
                    self._entries.setdefault(folded, []).append(Entry(position, text))
        self._keys = list(self._entries)
        self._postings = Postings.build(self._keys)
        self._numbers: dict[int, NDArray[np.float64]] = {
            position: np.unique(np.asarray(column.numbers, dtype=np.float64))
            for position, column in enumerate(columns)
            if column.numbers
        }

    def __len__(self) -> int:
        return len(self._keys)

    def exact(self, folded: str) -> Sequence[Entry]:
        """Return the entries whose folded text is this one."""
        return self._entries.get(folded, ())

    def near(self, folded: str, limit: int = 100) -> list[str]:
        """Return folded texts that share rare trigrams with this one."""
        return [self._keys[position] for position in self._postings.candidates(folded, limit)]

    def number_columns(self, number: float) -> Iterator[tuple[int, bool]]:
        """Yield each column that stores numbers, and whether it stores this one."""
        for position, numbers in self._numbers.items():
            place = int(np.searchsorted(numbers, number))
            yield position, place < len(numbers) and bool(numbers[place] == number)
