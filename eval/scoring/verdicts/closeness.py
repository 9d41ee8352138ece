"""Numbers that are equal to 1e-6: give close floats one spelling, and prove that paired rows really are close."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import chain, pairwise
from typing import Any

from value_index.database import Row

RELATIVE_TOLERANCE = 1e-6


def has_floats(rows: Iterable[Row]) -> bool:
    """Whether any cell is a float."""
    return float in set(map(type, chain.from_iterable(rows)))


def snapped(gold: Sequence[Row], predicted: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """Return both results with each float replaced by the least number that a chain of close ones links it to.

    Rows that are equal within the tolerance are equal afterwards. The reverse needs `close_rows`: a chain of close
    numbers can be longer than the tolerance.
    """
    spelling = _spelling({cell for cell in chain(*gold, *predicted) if isinstance(cell, (int, float))})
    return _spelled(gold, spelling), _spelled(predicted, spelling)


def close_rows(gold: Sequence[Row], predicted: Sequence[Row], keys: Sequence[Any], their_keys: Sequence[Any]) -> bool:
    """Whether rows of equal key can be paired so that every pair is close, cell by cell.

    Within a key both sides are sorted by their numbers and paired in that order, which is exact for one float column.
    """
    order: dict[Any, int] = {}
    for key in keys:
        order.setdefault(key, len(order))
    ours = sorted(zip((order[key] for key in keys), map(_numbers, gold), strict=True))
    theirs = sorted(zip((order[key] for key in their_keys), map(_numbers, predicted), strict=True))
    return all(
        _close(a, b)
        for (_, left), (_, right) in zip(ours, theirs, strict=True)
        for a, b in zip(left, right, strict=True)
    )


def _spelling(numbers: set[int | float]) -> dict[int | float, int | float]:
    ordered = sorted(numbers)
    spelling: dict[int | float, int | float] = dict(zip(ordered[:1], ordered[:1], strict=True))
    for before, number in pairwise(ordered):
        spelling[number] = spelling[before] if _close(before, number) else number
    return spelling


def _close(a: int | float, b: int | float) -> bool:
    if a == b:
        return True
    return (isinstance(a, float) or isinstance(b, float)) and math.isclose(a, b, rel_tol=RELATIVE_TOLERANCE)


def _spelled(rows: Sequence[Row], spelling: dict[int | float, int | float]) -> list[Row]:
    return [tuple(spelling[cell] if isinstance(cell, (int, float)) else cell for cell in row) for row in rows]


def _numbers(row: Row) -> tuple[int | float, ...]:
    return tuple(cell for cell in row if isinstance(cell, (int, float)))
