"""Which turns a mix takes."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.data.mix.draw import draw_mix, shares


@dataclass(frozen=True)
class FakeTurn:
    name: str
    hardness: str
    database_id: str = "one"


def pool(name: str, **sizes: int) -> list[FakeTurn]:
    return [
        FakeTurn(f"{name}{hardness}{n}", hardness, f"db{n % 3}")
        for hardness, size in sizes.items()
        for n in range(size)
    ]


@given(
    st.dictionaries(st.text("abc", min_size=1), st.tuples(st.integers(0, 50), st.floats(0.1, 9)), min_size=1),
    st.integers(0, 120),
)
def test_shares_add_up_and_none_gets_more_than_it_has(sources: dict[str, tuple[int, float]], rows: int) -> None:
    have, weights = {n: h for n, (h, _) in sources.items()}, {n: w for n, (_, w) in sources.items()}
    found = shares(have, weights, rows)
    assert sum(found.values()) == min(rows, sum(have.values()))
    assert all(0 <= found[name] <= have[name] for name in have)


def test_weights_share_out_the_rows() -> None:
    found = draw_mix(
        {"a": pool("a", easy=100), "b": pool("b", easy=100)}, {"a": 3, "b": 1}, rows=40, balance="none", seed=1
    )  # type: ignore[arg-type]
    assert Counter(turn.name[0] for turn in found) == {"a": 30, "b": 10}


def test_without_rows_a_weight_says_how_often_a_turn_stands_in_the_mix() -> None:
    found = draw_mix(
        {"a": pool("a", easy=10), "b": pool("b", easy=10)}, {"a": 2.5, "b": 0.5}, rows=None, balance="none", seed=1
    )  # type: ignore[arg-type]
    assert Counter(turn.name[0] for turn in found) == {"a": 25, "b": 5}
    assert set(Counter(turn.name for turn in found if turn.name[0] == "a").values()) == {2, 3}


@pytest.mark.parametrize(("balance", "expected"), [("hardness", {"easy": 9, "hard": 9, "extra": 2}), ("none", None)])
def test_a_balanced_mix_takes_as_many_of_each_class_as_there_are(balance: str, expected: dict[str, int] | None) -> None:
    sizes = {"easy": 100, "hard": 20, "extra": 2}
    found = draw_mix({"a": pool("a", **sizes)}, {"a": 1}, rows=20, balance=balance, seed=1)  # type: ignore[arg-type]
    counts = Counter(turn.hardness for turn in found)
    assert counts == expected if expected else counts["easy"] > 12


def test_the_same_seed_draws_the_same() -> None:
    drawn = [
        draw_mix({"a": pool("a", easy=50)}, {"a": 1}, rows=10, balance="database", seed=seed)  # type: ignore[arg-type]
        for seed in (1, 1, 2)
    ]
    assert drawn[0] == drawn[1] != drawn[2]
