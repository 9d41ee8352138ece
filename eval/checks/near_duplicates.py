"""Near-duplicate questions: pairs that differ in a couple of words, found through shared word pairs."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise

Words = tuple[str, ...]

FEWEST_WORDS = 6
"""Shorter questions ("What are their names?") are asked of every database."""
EDITS = 2
"""Words changed, put in or left out; a fifth of a longer question."""
SHARED = 0.5
"""The shared weight of the words, rare ones counting more: keeps .98 of questions of 8 words with two changed at
random."""


class NearQuestions:
    """An index of questions that finds those near another."""

    def __init__(self, questions: Sequence[str]) -> None:
        self._words = [words(question) for question in questions]
        self._by_pair: defaultdict[Words, list[int]] = defaultdict(list)
        counts: Counter[str] = Counter()
        for position, found in enumerate(self._words):
            counts.update(set(found))
            for pair in _pairs(found):
                self._by_pair[pair].append(position)
        self._weights = {word: math.log((len(questions) + 1) / count) for word, count in counts.items()}
        self._unseen = math.log(len(questions) + 1)

    def near(self, question: str) -> Iterator[tuple[int, float]]:
        """Yield the position of each near question, and the shared weight in 0..1."""
        asked = words(question)
        if len(asked) < FEWEST_WORDS:
            return
        edits = max(EDITS, len(asked) // 5)
        candidates: Counter[int] = Counter()
        for pair in _pairs(asked):
            candidates.update(self._by_pair.get(pair, ()))
        for position, pairs in candidates.items():
            other = self._words[position]
            if pairs >= max(1, len(set(_pairs(asked))) - 2 * edits) and distance(asked, other, edits) <= edits:
                shared = self._shared(asked, other)
                if shared >= SHARED:
                    yield position, shared

    def _shared(self, one: Words, other: Words) -> float:
        left, right = Counter(one), Counter(other)
        most = max(self._weight(left), self._weight(right))
        return self._weight(left & right) / most if most else 1.0

    def _weight(self, found: Counter[str]) -> float:
        return sum(self._weights.get(word, self._unseen) * count for word, count in found.items())


def words(text: str) -> Words:
    """Split a text into its words, folded.

    >>> words("What's the AVERAGE of _age_?")
    ('what', 's', 'the', 'average', 'of', '_age_')
    """
    return tuple(re.findall(r"\w+", text.casefold()))


def distance(one: Words, other: Words, most: int) -> int:
    """Return how many words must be changed, put in or left out; `most` + 1 where it is more than `most`."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    row = list(range(len(other) + 1))
    for position, word in enumerate(one, start=1):
        above, row = row, [position]
        for at, against in enumerate(other, start=1):
            row.append(min(above[at] + 1, row[-1] + 1, above[at - 1] + (word != against)))
        if min(row) > most:
            return most + 1
    return row[-1]


def _pairs(found: Words) -> set[Words]:
    return set(pairwise(found))
