"""Columns keep values for the bootstrap, and of very many turns sums."""

from __future__ import annotations

import random

import pytest

from eval.scoring.means import Column


def filled(kept: int, turns: list[tuple[int, float]]) -> Column:
    column = Column(kept)
    for dialogue, value in turns:
        column.add(dialogue, value)
    return column


@pytest.mark.parametrize("kind", ["right or wrong", "between"])
def test_sums_give_the_mean_and_nearly_the_interval_of_the_bootstrap(kind: str) -> None:
    draw = random.Random(1)
    turns: list[tuple[int, float]] = []
    for dialogue in range(1500):
        skill = draw.random()
        for _ in range(draw.randint(1, 9)):
            score = skill * draw.random() if kind == "between" else float(draw.random() < skill)
            turns.append((dialogue, score))
    drawn, summed = filled(len(turns), turns), filled(100, turns)
    assert summed.mean == pytest.approx(drawn.mean, abs=1e-12)
    assert drawn.interval and summed.interval
    assert summed.interval == pytest.approx(drawn.interval, abs=0.0015)


@pytest.mark.parametrize("turns", [[(d, float(d % 3 == 0)) for d in range(300)], [(d // 3, 1.0) for d in range(300)]])
def test_sums_take_wilsons_interval_where_the_bootstrap_does(turns: list[tuple[int, float]]) -> None:
    assert filled(100, turns).interval == filled(300, turns).interval


def test_a_column_of_many_turns_does_not_grow() -> None:
    few, many = (filled(100, [(d // 4, 0.5) for d in range(turns)]) for turns in (200, 20_000))
    assert len(few.__dict__["_values"]) == len(many.__dict__["_values"]) == 0
    assert many.mean == 0.5


def test_the_same_turns_with_the_same_values_are_one_column() -> None:
    turns = [(d // 4, float(d % 2)) for d in range(400)]
    assert filled(100, turns).identity == filled(100, turns).identity != filled(100, turns[1:]).identity
