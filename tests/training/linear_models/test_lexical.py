"""Fitting the weights of the lexical stages."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.datasets import load
from nodes.lexical.weights import LISTS, lexical_weights
from training.dev_databases import LeakError
from training.linear_models.fitting import fit_logistic, fit_ranker
from training.linear_models.lexical import fit
from value_index.files.weights_file import write_weights


def test_a_logistic_model_learns_which_feature_tells() -> None:
    rows = [{"bias": 1.0, "tells": float(i % 2)} for i in range(100)]
    weights = fit_logistic(rows, [bool(i % 2) for i in range(100)])
    assert weights["tells"] > 1.0
    assert weights["bias"] < 0.0


def test_the_ranker_learns_which_candidate_is_better() -> None:
    turns = [[({"good": 1.0}, 1.0), ({"bad": 1.0}, 0.2)] for _ in range(50)]
    weights = fit_ranker(turns)
    assert weights["good"] > weights["bad"]


@pytest.mark.data
def test_every_stage_gets_weights_that_the_graph_can_read(data_folder: Path, tmp_path: Path) -> None:
    dataset = load("cosql", data_folder / "cosql_dataset", "train").select(0, 12)
    held = frozenset({dataset.dialogues[0].database_id})
    fitted, chosen = fit(dataset, held)
    assert "on the held-out databases" in chosen
    assert fitted.models.keys() == LISTS.keys() and all(fitted.models.values())
    write_weights(tmp_path / "weights.json", fitted, LISTS, source="a test")
    read = lexical_weights(tmp_path / "weights.json")
    for name, found in fitted.models.items():
        assert {each: weight for each, weight in getattr(read, name).items() if weight} == found
    assert (read.least_column, read.least_table, read.least_value) == tuple(fitted.thresholds.values())


@pytest.mark.data
def test_the_development_set_is_refused(data_folder: Path) -> None:
    with pytest.raises(LeakError):
        fit(load("cosql", data_folder / "cosql_dataset", "dev"), frozenset())
