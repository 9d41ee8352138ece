"""Trigram postings: which of many folded texts share rare trigrams with a query."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

MAX_TRIGRAMS = 12
MAX_POSTINGS = 60_000


def trigrams(folded: str) -> set[str]:
    """Return the trigrams of a folded text, its ends marked by a space.

    >>> sorted(trigrams("ab"))
    [' ab', 'ab ']
    """
    padded = f" {folded} "
    return {padded[i : i + 3] for i in range(len(padded) - 2)}


class Postings:
    """For each trigram, the texts that hold it."""

    def __init__(self, lists: dict[str, NDArray[np.int32]], sizes: NDArray[np.int32]) -> None:
        self._lists = lists
        self._sizes = sizes

    @classmethod
    def build(cls, texts: Sequence[str]) -> Postings:
        """Index folded texts; a text is known by its position."""
        lists: dict[str, list[int]] = {}
        sizes: list[int] = []
        for position, text in enumerate(texts):
            grams = trigrams(text)
            sizes.append(len(grams))
            for gram in grams:
                lists.setdefault(gram, []).append(position)
        return cls(
            {gram: np.asarray(found, dtype=np.int32) for gram, found in lists.items()},
            np.asarray(sizes, dtype=np.int32),
        )

    def candidates(self, folded: str, limit: int = 100) -> NDArray[np.int64]:
        """Return the positions of the texts that share most of the query's rarest trigrams, best first."""
        found = sorted((self._lists[gram] for gram in trigrams(folded) if gram in self._lists), key=len)
        taken: list[NDArray[np.int32]] = []
        total = 0
        for posting in found[:MAX_TRIGRAMS]:
            total += len(posting)
            if taken and total > MAX_POSTINGS:
                break
            taken.append(posting)
        if not taken:
            return np.empty(0, dtype=np.int64)
        positions, counts = np.unique(np.concatenate(taken), return_counts=True)
        score = counts / np.sqrt(self._sizes[positions])
        if len(positions) > limit:
            best = np.argpartition(-score, limit)[:limit]
            positions, score = positions[best], score[best]
        return positions[np.argsort(-score, kind="stable")].astype(np.int64)
