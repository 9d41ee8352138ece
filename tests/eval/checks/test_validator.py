"""The validator against real gold SQL: what `turnsql eval validator` prints, on a seeded sample."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.checks.validator import ValidatorScores, score_validator
from eval.datasets import load

SAMPLE = 400

pytestmark = pytest.mark.data


@pytest.fixture(
    scope="module",
    params=[("cosql", "cosql_dataset", "dev"), ("spider", "spider_data", "train_spider")],
    ids=lambda p: p[0],
)
def scores(request: pytest.FixtureRequest, data_folder: Path) -> ValidatorScores:
    name, folder, split = request.param
    return score_validator(load(name, data_folder / folder, split), seed=7, sample=SAMPLE)


def test_hardly_ever_errs_on_gold_that_runs(scores: ValidatorScores) -> None:
    assert scores.runnable > 0.99 * SAMPLE
    assert scores.false_alarm_rate <= 0.005


def test_finds_seeded_faults_and_calls_them_by_name(scores: ValidatorScores) -> None:
    for mutation in ("renamed_column", "moved_column", "dropped_table", "bare_column"):
        score = scores.mutations[mutation]
        assert score.mutants > 50
        assert score.right >= 0.98 * score.mutants, mutation


def test_the_faults_in_names_are_faults_to_sqlite(scores: ValidatorScores) -> None:
    for mutation in ("moved_column", "dropped_table"):
        score = scores.mutations[mutation]
        assert score.refused_by_sqlite == score.mutants, mutation


def test_fan_out_fires_on_repeating_joins_and_not_on_harmless_ones(scores: ValidatorScores) -> None:
    for mutation in ("repeating_join", "harmless_join"):
        score = scores.mutations[mutation]
        assert score.mutants >= 20
        assert score.right == score.mutants, mutation


def test_is_quick(scores: ValidatorScores) -> None:
    assert scores.milliseconds < 20
