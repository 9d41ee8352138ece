"""Thresholds chosen on the held-out databases."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.datasets import DataError, listed_databases
from training.linear_models.held_out_databases import best_threshold

ROOT = Path(__file__).parents[3]


def test_the_threshold_of_the_highest_f1_is_chosen() -> None:
    scored = [(0.9, True), (0.6, True), (0.5, False), (0.4, False)]
    assert best_threshold(scored) == 0.55
    assert best_threshold([(0.9, True), (0.3, True)], missed=1) == 0.05


def test_the_list_of_held_out_databases_is_read(tmp_path: Path) -> None:
    assert len(listed_databases(ROOT / "configs" / "training" / "validation_databases.toml")) == 14
    (tmp_path / "bad.toml").write_text("names = [")
    with pytest.raises(DataError, match="lists no databases"):
        listed_databases(tmp_path / "bad.toml")
