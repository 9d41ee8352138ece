"""How alike two short texts are."""

from __future__ import annotations

from collections.abc import Sequence

from rapidfuzz import fuzz, process

from value_index.text.tokens import tokens


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


def closest_span(text: str, value: str) -> tuple[float, int, int]:
    """Return the run of words of a text that is most like a value: its ratio 0..1, start and end.

    >>> closest_span("flights to Bostn please", "boston")
    (0.9090909090909091, 11, 16)
    """
    words, wanted = tokens(text), value.casefold().strip()
    longest = len(wanted.split()) + 2
    best = (0.0, 0, 0)
    for first in range(len(words)):
        for last in range(first, min(first + longest, len(words))):
            start, end = words[first].start, words[last].end
            ratio = fuzz.ratio(text[start:end].casefold(), wanted, score_cutoff=100 * best[0]) / 100
            if ratio > best[0]:
                best = (ratio, start, end)
    return best
