"""The bench of the value index, at a small size."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from eval.bench import index as bench_index
from eval.bench.index import index_costs, misspelt, synthetic_values


def test_synthetic_values_are_distinct_seeded_and_as_many_as_asked() -> None:
    values = [value for batch in synthetic_values(2000) for value in batch]
    assert len(values) == len(set(values)) == 2000
    assert values[:50] == [value for batch in synthetic_values(2000) for value in batch][:50]
    words = [word for value in values for word in value.split()]
    assert max(map(words.count, islice(words, 50))) > len(words) / 2000  # Zipf: some words come again and again


def test_a_misspelt_value_differs_by_little() -> None:
    random = np.random.default_rng(1)
    for value in ("Boston Harbour Station", "Rome"):
        assert 0 <= abs(len(misspelt(value, random)) - len(value)) <= max(1, len(value) // 8)


def test_costs_are_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench_index, "QUERIES", 20)
    monkeypatch.setattr(bench_index, "SCAN_QUERIES", 10)
    monkeypatch.setattr(bench_index, "has_minhash", lambda: False)
    index, scan = index_costs([1500], tmp_path)
    assert (index.method, scan.method) == ("index", "rapidfuzz over all")
    assert index.hit_at_10 >= 0.9 and scan.hit_at_10 >= 0.9
    assert index.bytes_per_text_byte is not None and index.private_mb is not None
    assert list(tmp_path.iterdir()) == []
