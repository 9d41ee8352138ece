"""column_orders: in which orders the predicted columns make the predicted rows the gold's."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from value_index.database import Row

Hashes = NDArray[np.uint64]

MAX_PREFIX_CHECKS = 4_000
"""Bound on the search. Only many columns that hold the same cells in other row orders come near it."""


def column_orders(gold: Sequence[Row], predicted: Sequence[Row], groups: Sequence[int] | None) -> Iterator[list[int]]:
    """Yield the orders of the predicted columns that give the gold's rows as a multiset, the given order first.

    Columns are paired by fingerprint (the multiset of their cells), fingerprints that repeat are refined by the rows
    in which the cells stand, and what is left is searched, each prefix of columns checked as rows.

    Args:
        gold: rows of one width, at least one.
        predicted: as many rows of the same width.
        groups: for each position the group within which rows may change places; None: anywhere.
    """
    width = len(gold[0])
    if width == 1:
        if _same_rows(gold, predicted, groups):
            yield [0]
        return
    groups_hash = _hashes(groups) if groups is not None else np.zeros(len(gold), np.uint64)
    ours, theirs = _Side.of(gold, groups_hash), _Side.of(predicted, groups_hash)
    if sorted(ours.prints) != sorted(theirs.prints):
        return
    if len(set(ours.prints)) < width:
        ours, theirs = ours.refined(), theirs.refined()
    for order in _search(ours, theirs):
        if _same_rows(gold, arranged(predicted, order), groups):
            yield order


def arranged(rows: Sequence[Row], order: Sequence[int]) -> tuple[Row, ...]:
    """Return the rows with their columns in the given order."""
    if all(index == place for place, index in enumerate(order)):
        return tuple(rows)
    return tuple(map(itemgetter(*order), rows))


def _same_rows(gold: Sequence[Row], predicted: Sequence[Row], groups: Sequence[int] | None) -> bool:
    if gold == predicted:
        return True
    if groups is None:
        return Counter(gold) == Counter(predicted)
    return Counter(zip(groups, gold, strict=True)) == Counter(zip(groups, predicted, strict=True))


@dataclass(frozen=True)
class _Side:
    """One result as hashes: `cells` one row a column, `prints` one fingerprint a column."""

    cells: list[Hashes]
    groups: Hashes
    prints: list[int]

    @classmethod
    def of(cls, rows: Sequence[Row], groups: Hashes) -> _Side:
        cells = [_hashes(column) for column in zip(*rows, strict=True)]
        return cls(cells, groups, [_total(column, groups) for column in cells])

    def refined(self) -> _Side:
        """Tell columns of the same cells apart by the rows in which each cell stands."""
        signature = np.zeros_like(self.groups)
        for column, print_ in zip(self.cells, self.prints, strict=True):
            signature += _mixed(column ^ np.uint64(print_))
        prints = [_total(column, _mixed(signature) ^ self.groups) for column in self.cells]
        return _Side(self.cells, self.groups, prints)


def _search(ours: _Side, theirs: _Side) -> Iterator[list[int]]:
    by_print: defaultdict[int, list[int]] = defaultdict(list)
    for index, print_ in enumerate(theirs.prints):
        by_print[print_].append(index)
    if any(print_ not in by_print for print_ in ours.prints):
        return
    width, checks = len(ours.cells), 0
    start = ours.groups
    stack: list[tuple[list[int], Hashes, Hashes]] = [([], start, start)]
    while stack:
        order, gold_rows, predicted_rows = stack.pop()
        depth = len(order)
        if depth == width:
            yield order
            continue
        gold_rows = _mixed(gold_rows ^ ours.cells[depth])
        total = _total(gold_rows, ours.groups)
        free = [index for index in by_print[ours.prints[depth]] if index not in order]
        for index in sorted(free, key=lambda index: (index == depth, -index)):  # the last one pushed is tried first
            checks += 1
            extended = _mixed(predicted_rows ^ theirs.cells[index])
            if _total(extended, theirs.groups) == total:
                stack.append(([*order, index], gold_rows, extended))
        if checks > MAX_PREFIX_CHECKS:
            return


def _hashes(cells: Sequence[Any]) -> Hashes:
    return _mixed(np.fromiter(map(hash, cells), np.int64, len(cells)).view(np.uint64))


def _mixed(values: Hashes) -> Hashes:
    """Spread bits (the finaliser of splitmix64), so that sums of neighbouring integers do not collide."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9) + np.uint64(0x9E3779B97F4A7C15)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def _total(values: Hashes, groups: Hashes) -> int:
    return int(np.sum(_mixed(values ^ groups)))
