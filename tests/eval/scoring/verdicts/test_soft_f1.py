"""Soft F1 of results: cells count, the order of rows does not."""

from __future__ import annotations

from typing import Any

import pytest

from eval.scoring.verdicts.soft_f1 import soft_f1
from value_index.database import Result


def result(*rows: tuple[Any, ...]) -> Result:
    return Result(outcome="rows", columns=tuple("abc"[: len(rows[0])]) if rows else (), rows=rows)


@pytest.mark.parametrize(
    ("gold", "predicted", "expected"),
    [
        ([], [], 1.0),
        ([(1,)], [], 0.0),
        ([(1,), (2,)], [(2,), (1,)], 1.0),
        ([(1,), (1,)], [(1,)], 1.0),
        ([("Apple", 325), ("Orange", None), ("Banana", 119)], [(325, "Apple"), (191, "Orange"), (None, "Banana")], 2 / 3),
        ([(1, 2)], [(1,)], 2 / 3),
        ([(1,)], [(1, 2)], 2 / 3),
        ([(1,)], [(9,)], 0.0),
    ],
)  # fmt: skip
def test_soft_f1(gold: list[Any], predicted: list[Any], expected: float) -> None:
    assert soft_f1(result(*gold), result(*predicted)) == pytest.approx(expected)
