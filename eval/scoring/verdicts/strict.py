"""strict: the labels that the value rule leaves out."""

from __future__ import annotations

from collections.abc import Sequence


def same_labels(gold: Sequence[str], predicted: Sequence[str]) -> bool:
    """Whether the column labels agree in order, case-folded and without white space.

    >>> same_labels(["count ( * )", "Name"], ["COUNT(*)", "name"])
    True
    """
    return [_folded(label) for label in gold] == [_folded(label) for label in predicted]


def _folded(label: str) -> str:
    return "".join(label.split()).casefold()
