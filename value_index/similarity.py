"""How alike two short texts are."""

from __future__ import annotations

from collections.abc import Sequence

from rapidfuzz import fuzz, process


def similarity(a: str, b: str) -> float:
    """Return 0 (nothing in common) to 1 (equal without case), by edit distance and word order.

    >>> similarity("France", "france")
    1.0
    """
    left, right = a.casefold(), b.casefold()
    return max(fuzz.ratio(left, right), 0.98 * fuzz.token_sort_ratio(left, right)) / 100


def nearest(text: str, others: Sequence[str], limit: int) -> list[int]:
    """Return the positions of the texts nearest to one by edit distance, by looking at all of them.

    >>> nearest("bostn", ["austin", "boston", "houston"], 1)
    [1]
    """
    return [position for _, _, position in process.extract(text, others, scorer=fuzz.ratio, limit=limit)]
