"""Fitting the weights of the lexical stages."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from eval.datasets import load
from training.dev_databases import LeakError
from training.linear_models.fitting import fit_logistic, fit_ranker
from training.linear_models.lexical import fit, write

TABLES = {"FOLLOWING", "COLUMN_LINK", "TABLE_LINK", "VALUE", "READING"}


def test_a_logistic_model_learns_which_feature_tells() -> None:
    rows = [{"bias": 1.0, "tells": float(i % 2)} for i in range(100)]
    weights = fit_logistic(rows, [bool(i % 2) for i in range(100)])
    assert weights["tells"] > 1.0
    assert weights["bias"] < 0.0


def test_the_ranker_learns_which_candidate_is_better() -> None:
    turns = [[({"good": 1.0}, 1.0), ({"bad": 1.0}, 0.2)] for _ in range(50)]
    weights = fit_ranker(turns)
    assert weights["good"] > weights["bad"]


def test_weights_are_written_as_a_module(tmp_path: Path) -> None:
    path = tmp_path / "weights.py"
    write({"LEAST_VALUE": 0.25, "VALUE": {"bias": -0.5, "a, b": 1.25}}, path, source="a test")
    spec = importlib.util.spec_from_file_location("weights", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.VALUE == {"bias": -0.5, "a, b": 1.25}
    assert module.LEAST_VALUE == 0.25


@pytest.mark.data
def test_every_stage_gets_weights(data_folder: Path) -> None:
    dataset = load("cosql", data_folder / "cosql_dataset", "train").select(0, 12)
    held = frozenset({dataset.dialogues[0].database_id})
    weights, chosen = fit(dataset, held)
    assert {name for name, table in weights.items() if isinstance(table, dict)} == TABLES
    assert all(weights.values())
    assert {name for name in weights if name.startswith("LEAST_")} == {"LEAST_COLUMN", "LEAST_TABLE", "LEAST_VALUE"}
    assert "on the fold" in chosen


@pytest.mark.data
def test_the_development_set_is_refused(data_folder: Path) -> None:
    with pytest.raises(LeakError):
        fit(load("cosql", data_folder / "cosql_dataset", "dev"), frozenset())
