"""The choice between planner and model, read from recorded answers; its weights, fitted on made-up models."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from eval.analysis.choice import choice_table, measure_choice
from eval.datasets import load
from eval.demo.build import DEMO_DATA, build
from eval.runs.experiment import RunOptions
from eval.runs.predictions import import_predictions
from eval.runs.run import run
from nodes.choice.features import FEATURES
from training.linear_models.choice import fit_choice, write_choice
from turnsql import app


@pytest.fixture(scope="module")
def planner(tmp_path_factory: pytest.TempPathFactory) -> Path:
    build()
    folder = tmp_path_factory.mktemp("runs") / "planner"
    run(RunOptions(data=DEMO_DATA, out=folder, dialogues="0:4", alone=False))
    return folder


def imported(folder: Path, *, right: bool) -> Path:
    dialogues = load("cosql", DEMO_DATA, "dev").dialogues[:4]
    rows = [
        {"dialogue": d.index, "turn": turn, "sql": gold.query if right else "SELECT nothing FROM nowhere"}
        for d in dialogues
        for turn, gold in enumerate(d.turns)
    ]
    file = folder / "model.jsonl"
    file.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    import_predictions(file, DEMO_DATA, folder / "model", dataset="cosql", split="dev", dialogues="0:4")
    return folder / "model"


def test_a_perfect_model_is_taken_and_a_broken_one_is_not(planner: Path, tmp_path: Path) -> None:
    for right in (True, False):
        (tmp_path / str(right)).mkdir()
        found = measure_choice(planner, imported(tmp_path / str(right), right=right))
        assert found.model_value == float(right) and found.either == max(found.model_value, found.planner_value)
        assert found.points[0].value >= (0.6 if right else found.planner_value - 0.1)
        assert found.points[-1].value == found.planner_value
        assert len(choice_table([found]).rows) == 1


def test_weights_of_a_fit_are_measured_before_they_ship(planner: Path, tmp_path: Path) -> None:
    write_choice({"model": -9.0, "first": 9.0}, tmp_path / "weights.json", "a planner that trusts itself alone")
    words = ["eval", "choice", str(planner), str(imported(tmp_path, right=True)), "--json"]
    given = [CliRunner().invoke(app, [*words, *more]) for more in ([], ["--weights", str(tmp_path / "weights.json")])]
    shipped, planner_alone = (json.loads(each.stdout)[0]["points"][0]["value"] for each in given)
    assert shipped > planner_alone == json.loads(given[0].stdout)[0]["planner_value"]


def test_the_choice_is_fitted_on_models_made_up_from_gold(planner: Path) -> None:
    weights, turns = fit_choice(planner)
    assert turns > 10 and set(weights) <= {feature.name for feature in FEATURES}
    assert weights["model"] > 0


def test_a_run_over_dev_is_refused_for_fitting(planner: Path, tmp_path: Path) -> None:
    shown = CliRunner().invoke(app, ["train", "model-choice", str(planner), "--out", str(tmp_path / "weights.json")])
    assert shown.exit_code != 0 and "over dev" in str(shown.exception)
