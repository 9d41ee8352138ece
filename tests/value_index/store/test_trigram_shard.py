"""Shard: what is put in is found again, exactly, misspelt and in part."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from value_index.store import trigram_shard as module
from value_index.store.trigram_shard import FILES, Shard
from value_index.text.folding import fold

NAMES = [f"{a} {b}" for a in ("Alpha", "Bravo", "Charlie", "Delta") for b in ("Airport", "Station", "Harbour", "École")]


def found(shard: Shard, folded: str, spare: int = 3) -> list[str]:
    positions, _ = shard.near(folded, len(folded) - spare, len(folded) + spare, 10)
    return [shard.get(int(position)) for position in positions]


@given(st.dictionaries(st.text(max_size=30), st.sets(st.integers(0, 70_000), min_size=1, max_size=3), max_size=30))
def test_every_text_is_found_with_its_columns(columns_of: dict[str, set[int]]) -> None:
    shard = Shard.build(columns_of)
    for text, columns in columns_of.items():
        folded = fold(text)
        held = {shard.get(position): set(shard.columns_of(position)) for position in shard.exact(folded)}
        assert held.get(text) == (columns if folded else None)
        if folded:
            near, _ = shard.near(folded, len(folded), len(folded), len(columns_of))
            assert text in [shard.get(int(position)) for position in near]


@given(st.text(max_size=40))
def test_what_is_not_held_is_not_found(text: str) -> None:
    shard = Shard.build({name: [0] for name in NAMES})
    assert [shard.get(place) for place in shard.exact(fold(text))] == [
        name for name in NAMES if fold(name) == fold(text)
    ]
    shard.near(fold(text), 0, 200, 5)
    shard.holding(fold(text), 0, 200, 5)


def test_misspelt_and_partial_names_are_found() -> None:
    shard = Shard.build({name: [0] for name in NAMES})
    assert found(shard, "brvo airport")[0] == "Bravo Airport"
    assert found(shard, "charlie ecole")[0] == "Charlie École"
    holding = shard.holding("delta", 6, 40, 10)
    assert sorted(shard.get(int(place)) for place in holding) == sorted(name for name in NAMES if "Delta" in name)


def test_several_segments_agree_with_one(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = random.Random(3)
    texts = {"".join(rng.choices("abcdefgh ", k=rng.randint(3, 20))).strip() or "x": [0] for _ in range(900)}
    whole = Shard.build(texts)
    monkeypatch.setattr(module, "SEGMENT", 128)
    parts = Shard.build(texts)
    assert parts.starts.shape[0] == -(-len(parts) // 128)
    for text in list(texts)[:100]:
        folded = fold(text)
        assert [parts.get(place) for place in parts.exact(folded)] == [
            whole.get(place) for place in whole.exact(folded)
        ]
        assert text in found(parts, folded)


def test_an_empty_shard_answers() -> None:
    shard = Shard.build({"--": [0]})
    assert len(shard) == 0 and shard.exact("a") == () and found(shard, "abc") == []
    assert len(shard.holding("abc", 0, 9, 3)) == 0


def test_saved_arrays_open_by_mmap_and_hold_no_pickle(tmp_path: Path) -> None:
    built = Shard.build({name: [i % 3, 3] for i, name in enumerate(NAMES)})
    built.save(tmp_path)
    opened = Shard.load(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(f"{name}.npy" for name in FILES)
    assert all(np.array_equal(getattr(built, name), getattr(opened, name)) for name in FILES)
    assert found(opened, "alpha airport")[0] == "Alpha Airport"


def test_columns_beyond_two_bytes() -> None:
    shard = Shard.build({"Rome": [70_000], "Oslo": [65_535], "Bonn": [1, 70_001]})
    assert {shard.get(i): shard.columns_of(i) for i in range(3)} == {
        "Rome": (70_000,), "Oslo": (65_535,), "Bonn": (1, 70_001)
    }  # fmt: skip
