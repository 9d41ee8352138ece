"""How alike two short texts are."""

from __future__ import annotations

from rapidfuzz import fuzz


def similarity(a: str, b: str) -> float:
    """Return 0 (nothing in common) to 1 (equal without case), by edit distance and word order.

    >>> similarity("France", "france")
    1.0
    """
    left, right = a.casefold(), b.casefold()
    return max(fuzz.ratio(left, right), 0.98 * fuzz.token_sort_ratio(left, right)) / 100
