"""BIRD-Interact's rule for results, and what it takes out of a statement."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from eval.scoring.verdicts.interact import interact, normalised, stripped


@pytest.mark.parametrize(
    ("gold", "predicted", "ordered", "equal"),
    [
        ([(1,), (2,)], [(2,), (1,), (1,)], False, True),
        ([(1,), (2,)], [(2,), (1,)], True, False),
        ([(1, "a")], [("a", 1)], False, False),
        ([], [], False, False),
        ([(1,)], [], False, False),
        ([(Decimal("2.675"),)], [(Decimal("2.68"),)], False, True),
        ([(0.1 + 0.2,)], [(0.3,)], False, True),
        ([(1.004,)], [(1,)], False, True),
        ([(1.0,)], [(1.01,)], False, False),
        ([(datetime(2024, 5, 1, 12, 30),)], [(date(2024, 5, 1),)], False, True),
        ([({"b": 1, "a": 2.001},)], [({"a": 2.0, "b": 1},)], False, True),
        ([(None,)], [(None,)], False, True),
        ([("Ab",)], [("ab",)], False, False),
    ],
)
def test_results_are_equal_by_the_benchmarks_rule(gold: Any, predicted: Any, ordered: bool, equal: bool) -> None:
    assert interact(gold, predicted, ordered=ordered) == equal


def test_rows_beyond_the_cap_are_not_looked_at() -> None:
    rows = [(number,) for number in range(10_000)]
    assert interact(rows, [*rows, (-1,)], ordered=True)


def test_numbers_that_cannot_be_rounded_stay() -> None:
    assert normalised([(Decimal("Infinity"), Decimal(10) ** 40)]) == [(Decimal("Infinity"), Decimal(10) ** 40)]


@pytest.mark.parametrize(
    ("sql", "left"),
    [
        ("SELECT a -- x\nFROM t /* y\nz */ WHERE b", "SELECT a \nFROM t  WHERE b"),
        ("SELECT distinct a FROM t", "SELECT a FROM t"),
        ("SELECT COUNT(DISTINCT a) FROM t", "SELECT COUNT(DISTINCT a) FROM t"),
        ("SELECT ROUND(round(a, 1) + f(b, 2), 3), c FROM t", "SELECT a + f(b, 2), c FROM t"),
        ("SELECT ROUND (a) FROM t", "SELECT a FROM t"),
        ("SELECT ROUND(a FROM t", "SELECT ROUND(a FROM t"),
    ],
)
def test_comments_distinct_and_round_are_taken_out(sql: str, left: str) -> None:
    assert stripped(sql) == left
