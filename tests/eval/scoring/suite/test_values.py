"""Values near a constant."""

from __future__ import annotations

from typing import Any

import pytest

from eval.scoring.suite.values import candidates, holds, shifted
from nodes.plan import Operator


@pytest.mark.parametrize(
    ("operator", "operands", "true", "false"),
    [
        ("=", (3,), 3, 4),
        ("=", ("3",), 3, None),
        ("!=", ("lab",), "pug", "lab"),
        (">", (3,), 4, 3),
        (">=", (3,), 3, 2),
        ("<", ("2015-01-02",), "2015-01-01", "2015-01-02"),
        ("between", (3, 5), 5, 6),
        ("not between", (3, 5), 6, 5),
        ("in", ("a", "b"), "b", "c"),
        ("not in", ("a", "b"), "c", "a"),
        ("like", ("%ex",), "REX", "Mop"),
        ("not like", ("_op",), "Rex", "Mop"),
        ("glob", ("R*",), "Rex", "rex"),
        ("is null", (), None, 3),
        ("is not null", (), 3, None),
    ],
)
def test_comparisons_hold_as_in_sqlite(operator: Operator, operands: tuple[Any, ...], true: Any, false: Any) -> None:
    assert holds(operator, true, operands)
    assert not holds(operator, false, operands)


@pytest.mark.parametrize(
    ("operator", "operands"), [("=", (3,)), (">", (3,)), ("<=", (3.5,)), ("like", ("%ex_",)), ("between", (2, 4))]
)
def test_some_candidate_fulfils_a_comparison(operator: Operator, operands: tuple[Any, ...]) -> None:
    assert any(holds(operator, value, operands) for value in candidates(operator, operands))


def test_a_word_that_is_compared_for_equality_has_no_neighbours() -> None:
    assert list(candidates("=", ("F",))) == ["F"]
    assert list(candidates("=", (3,))) == [3, 4, 2]


def test_what_cannot_be_moved_stays() -> None:
    assert (shifted(None, 1), shifted("", 1), shifted(b"x", 1)) == (None, "", b"x")
