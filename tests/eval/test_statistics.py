"""Intervals and paired tests against hand-worked and textbook values."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.statistics import compare_paired, exact_mcnemar, holm, rate_interval, smallest_decidable


def test_one_turn_a_dialogue_is_wilson() -> None:
    interval = rate_interval([1.0] * 8 + [0.0] * 2, range(10))
    assert interval == pytest.approx((0.4902, 0.9433), abs=1e-4)


def test_dependent_turns_widen_the_interval() -> None:
    values = [1.0] * 50 + [0.0] * 50
    alone = rate_interval(values, range(100))
    together = rate_interval(values, [index // 10 for index in range(100)])
    assert alone and together
    assert together.high - together.low > 2 * (alone.high - alone.low)


def test_all_right_is_not_certain() -> None:
    interval = rate_interval([1.0] * 40, [index // 4 for index in range(40)])
    assert interval == pytest.approx((0.7225, 1.0), abs=1e-4)


def test_nothing_scored_has_no_interval() -> None:
    assert rate_interval([], []) is None


def test_three_turns_of_a_hundred_decide_nothing() -> None:
    first = [0.0] * 100
    second = [1.0] * 3 + [0.0] * 97
    difference = compare_paired(first, second, [index // 3 for index in range(100)])
    assert (difference.fixed, difference.broken, difference.decided()) == (3, 0, False)


def test_twenty_turns_of_a_hundred_are_decided() -> None:
    chance = random.Random(3)
    better = set(chance.sample(range(100), 20))
    difference = compare_paired([0.0] * 100, [float(i in better) for i in range(100)], [i // 3 for i in range(100)])
    assert difference.decided() and difference.difference == pytest.approx(0.2)
    assert not difference.decided(p_value=0.06)


def test_gains_of_a_single_dialogue_are_not_decided() -> None:
    second = [1.0] * 8 + [0.0] * 92
    difference = compare_paired([0.0] * 100, second, [0 if i < 8 else i for i in range(100)])
    assert difference.p_value < 0.05
    assert not difference.decided()


@given(st.lists(st.sampled_from([0.0, 1.0]), min_size=1, max_size=30))
def test_a_run_against_itself_never_differs(scores: list[float]) -> None:
    difference = compare_paired(scores, scores, range(len(scores)))
    assert (difference.fixed, difference.broken, difference.p_value, difference.decided()) == (0, 0, 1.0, False)


def test_one_dialogue_decides_nothing() -> None:
    assert rate_interval([1.0, 0.0, 1.0], [0, 0, 0]) == (0.0, 1.0)
    assert not compare_paired([0.0] * 20, [1.0] * 20, [0] * 20).decided()


def test_holm_is_monotone_and_never_above_one() -> None:
    assert holm([0.9, 0.01, 0.5]) == [1.0, 0.03, 1.0]
    assert holm([]) == []


def test_the_smallest_decidable_difference() -> None:
    assert exact_mcnemar(6, 0) < 0.05 <= exact_mcnemar(5, 0)
    assert smallest_decidable(100) == pytest.approx(0.06)
    assert smallest_decidable(100, changed=0.2) == pytest.approx(0.10)
    assert smallest_decidable(100, comparisons=5) == pytest.approx(0.08)
    assert smallest_decidable(4) is None
