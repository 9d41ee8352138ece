"""Columns keep values for the bootstrap, and of very many turns sums."""

from __future__ import annotations

import random
from statistics import fmean

import pytest

from eval.scoring.means import Column
from eval.statistics import rate_interval


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


def _drawn_turns(kind: str) -> list[tuple[int, float]]:
    draw = random.Random(7)
    turns = [(number // 3, draw.choice([0.0, 1.0, 1 / 3, 2 / 7, 0.1])) for number in range(600)]
    if kind == "one turn a dialogue":
        return list(enumerate(float(value > 0.2) for _, value in turns))
    if kind == "all right":
        return [(dialogue, 1.0) for dialogue, _ in turns]
    # The lines of an unfinished run: the turns of several dialogues between each other.
    return sorted(turns, key=lambda _: draw.random()) if kind == "mixed" else turns


@pytest.mark.parametrize("kind", ["fractions", "one turn a dialogue", "all right", "mixed"])
def test_a_column_has_the_digits_of_the_values_themselves(kind: str) -> None:
    turns = _drawn_turns(kind)
    dialogues, values = zip(*turns, strict=True)
    column, interval = filled(len(turns), turns), rate_interval(values, dialogues)
    assert column.mean == fmean(values)
    assert interval and column.interval == pytest.approx(list(interval), abs=1e-12 if kind == "mixed" else 0)


def test_a_column_keeps_a_few_bytes_a_dialogue_and_of_many_turns_none() -> None:
    import sys

    few, more, many = (
        filled(kept, [(d // 4, 0.5) for d in range(turns)]) for kept, turns in ((800, 400), (8000, 8000), (100, 20_000))
    )
    assert all(column.mean == 0.5 and column.interval for column in (few, more, many))
    sizes = [
        sum(map(sys.getsizeof, vars(runs).values())) if (runs := vars(column)["_runs"]) else 0
        for column in (few, more, many)
    ]
    assert sizes[1] < 8 * 8000 and sizes[2] == 0


def test_draws_are_the_same_in_however_many_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    turns = _drawn_turns("fractions")
    whole = filled(len(turns), turns).interval
    monkeypatch.setattr("eval.statistics._DRAWN", 1_300)
    assert filled(len(turns), turns).interval == whole


def test_the_same_turns_with_the_same_values_are_one_column() -> None:
    turns = [(d // 4, float(d % 2)) for d in range(400)]
    assert filled(100, turns).identity == filled(100, turns).identity != filled(100, turns[1:]).identity
