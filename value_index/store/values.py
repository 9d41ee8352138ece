"""Values: every indexed value, found by its folded text or by its number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from value_index.models import FrozenModel
from value_index.schema import ColumnRef
from value_index.store.trigram_shard import Shard
from value_index.text.folding import fold, holds_words

POSTINGS = 500_000
"""Postings that one search looks at, shared among the segments within these bounds."""
LEAST_POSTINGS, MOST_POSTINGS = 10_000, 20_000
LOOKED_AT = 50
"""Texts of a shard that may hold another and are looked at."""


class ColumnSummary(FrozenModel):
    """What the index holds of a column, and what it left out."""

    ref: ColumnRef
    texts: int = 0
    """Distinct texts held."""
    numbers: int = 0
    """Distinct numbers held."""
    skipped: str = ""
    """Why values were left out; empty if all are held."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A stored text and the columns that hold it."""

    value: str
    folded: str
    shard: Shard
    position: int
    """The position of the text in the shard."""

    @property
    def columns(self) -> tuple[int, ...]:
        """Positions in `Values.columns`."""
        return self.shard.columns_of(self.position)


class Values:
    """The texts and numbers of the indexed columns."""

    def __init__(
        self, columns: Sequence[ColumnSummary], shards: Sequence[Shard], numbers: Sequence[NDArray[np.float64]]
    ) -> None:
        self.columns = tuple(columns)
        self.shards = tuple(shards)
        self.numbers = tuple(numbers)
        """The sorted distinct numbers of each column, by its position."""
        segments = sum(shard.segments for shard in self.shards)
        self._postings = min(MOST_POSTINGS, max(LEAST_POSTINGS, POSTINGS // max(1, segments)))

    def __len__(self) -> int:
        return sum(len(shard) for shard in self.shards)

    def exact(self, folded: str) -> tuple[Entry, ...]:
        """Return the texts whose folded form is this one."""
        return tuple(
            Entry(shard.get(position), folded, shard, position)
            for shard in self.shards
            for position in shard.exact(folded)
        )

    def near(self, folded: str, shortest: int, longest: int, limit: int = 100) -> tuple[Entry, ...]:
        """Return texts of these folded lengths that share most trigrams with a folded text, best first."""
        found = [shard.near(folded, shortest, longest, limit, self._postings) for shard in self.shards]
        pairs = [(i, int(place)) for i, (places, _) in enumerate(found) for place in places]
        if len(found) > 1:
            best = np.argsort(-np.concatenate([scores for _, scores in found]), kind="stable")[:limit]
            pairs = [pairs[position] for position in best]
        return tuple(self._entry(self.shards[i], place) for i, place in pairs)

    def holding(self, folded: str, longest: int, limit: int) -> tuple[Entry, ...]:
        """Return longer texts that have all words of a folded text, in their order."""
        places = (
            (shard, int(place))
            for shard in self.shards
            for place in shard.holding(folded, len(folded) + 2, longest, LOOKED_AT)
        )
        entries = (self._entry(shard, place) for shard, place in places)
        return tuple(islice((entry for entry in entries if holds_words(entry.folded, folded)), limit))

    def number_columns(self, number: float) -> Iterator[tuple[int, bool]]:
        """Yield each column that stores numbers, and whether it stores this one."""
        for position, numbers in enumerate(self.numbers):
            if len(numbers):
                place = int(np.searchsorted(numbers, number))
                yield position, place < len(numbers) and bool(numbers[place] == number)

    def _entry(self, shard: Shard, position: int) -> Entry:
        value = shard.get(position)
        return Entry(value, fold(value), shard, position)
