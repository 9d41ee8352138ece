"""value: the same rows as a multiset, columns in any order, in the gold's order where the gold orders them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from eval.scoring.verdicts.closeness import close_rows, has_floats, snapped
from eval.scoring.verdicts.columns import arranged, column_orders
from eval.scoring.verdicts.ties import Ties
from value_index.database import Result, Row


@dataclass(frozen=True)
class ResultComparison:
    """What comparing two results gave."""

    equal: bool
    reordered: bool = False
    """The columns had to be put into another order."""
    ambiguous: bool = False
    """Several column orders fit."""
    tie_flagged: bool = False
    """The rows agree, their order does not, and which rows tie could not be told."""


def value(gold: Result, predicted: Result, ties: Callable[[], Ties | None] | None) -> ResultComparison:
    """Compare two results by the value rule.

    Args:
        gold: the gold's result, all its rows.
        predicted: the prediction's result; never truncated.
        ties: gives the gold's rows with their tie groups, None if they cannot be told; None itself where the gold
            has no outermost ORDER BY.
    """
    if len(gold.columns) != len(predicted.columns) or len(gold.rows) != len(predicted.rows):
        return ResultComparison(equal=False)
    if not gold.rows:
        return ResultComparison(equal=True)
    if ties is None or len(gold.rows) == 1:
        return _unordered(gold.rows, predicted.rows, None)
    exact = _unordered(gold.rows, predicted.rows, range(len(gold.rows)))
    if exact.equal or not _unordered(gold.rows, predicted.rows, None).equal:
        return exact
    found = ties()
    if found is None:
        return ResultComparison(equal=False, tie_flagged=True)
    return _unordered(found.rows, predicted.rows, found.groups)


def _unordered(gold: Sequence[Row], predicted: Sequence[Row], groups: Sequence[int] | None) -> ResultComparison:
    """Compare as multisets, rows of one group among themselves."""
    orders = list(islice(_fitting_orders(gold, predicted, groups), 2))
    if not orders:
        return ResultComparison(equal=False)
    return ResultComparison(equal=True, reordered=orders[0] != list(range(len(gold[0]))), ambiguous=len(orders) > 1)


def _fitting_orders(gold: Sequence[Row], predicted: Sequence[Row], groups: Sequence[int] | None) -> Iterator[list[int]]:
    found = False
    for order in column_orders(gold, predicted, groups):
        found = True
        yield order
    if not found and (has_floats(gold) or has_floats(predicted)):
        yield from _close_orders(gold, predicted, groups)


def _close_orders(gold: Sequence[Row], predicted: Sequence[Row], groups: Sequence[int] | None) -> Iterator[list[int]]:
    """Yield the column orders that fit within the tolerance of floats."""
    ours, theirs = snapped(gold, predicted)
    places = groups or [0] * len(gold)
    keys = list(zip(places, ours, strict=True))
    for order in column_orders(ours, theirs, groups):
        their_keys = list(zip(places, arranged(theirs, order), strict=True))
        if close_rows(gold, arranged(predicted, order), keys, their_keys):
            yield order
