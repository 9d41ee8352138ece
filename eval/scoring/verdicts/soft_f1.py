"""soft_f1: BIRD's mini-dev score of a result, cell by cell, that forgives columns too many or too few."""

from __future__ import annotations

from itertools import zip_longest

from value_index.database import Result, Row


def soft_f1(gold: Result, predicted: Result) -> float:
    """Return the F1 of the cells of two results, rows taken once.

    Rows are paired as they come, as BIRD's own code does, which takes them from a set and so in an order of chance; here equal
    rows are paired first, so that the score is the same each time and never lower than for a luckier order of equal rows.
    """
    if not gold.rows and not predicted.rows:
        return 1.0
    ours, theirs = dict.fromkeys(predicted.rows), dict.fromkeys(gold.rows)
    both = [row for row in theirs if row in ours]
    rest = zip_longest((row for row in theirs if row not in ours), (row for row in ours if row not in theirs))
    counts = [(1.0, 0.0, 0.0) for _ in both]
    counts += [_row(one, other) for one, other in rest]
    matched, extra, absent = (sum(column) for column in zip(*counts, strict=True))
    precision = matched / (matched + extra) if matched + extra else 0.0
    recall = matched / (matched + absent) if matched + absent else 0.0
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def _row(gold: Row | None, predicted: Row | None) -> tuple[float, float, float]:
    """Return the shares of the gold row's cells that are there, too many, and absent."""
    if gold is None:
        return 0.0, 1.0, 0.0
    if predicted is None:
        return 0.0, 0.0, 1.0
    width = len(gold)
    there = sum(cell in gold for cell in predicted)
    absent = sum(cell not in predicted for cell in gold)
    return there / width, (len(predicted) - there) / width, absent / width
