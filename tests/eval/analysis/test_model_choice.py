"""A language model that chooses among recorded candidates, beside the weights: what it names, writes, or leaves to them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.eval.analysis.test_choice import imported, planner
from tests.fake_endpoint import fake_endpoint, said
from turnsql import app

__all__ = ["planner"]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return imported(tmp_path_factory.mktemp("model"), right=False)


def chosen(run: Path, model: Path, folder: Path, answer: str, *words: str) -> list[dict[str, Any]]:
    with fake_endpoint(lambda body: said(answer)) as server:
        config = folder / "agent.toml"
        config.write_text(f'[endpoint]\nbase_url = "{server.base_url}"\nmodel = "m"\n', encoding="utf-8")
        command = ["eval", "chooser", str(run), str(model), "--config", str(config), "--json", *words]
        shown = CliRunner().invoke(app, command)
    assert shown.exit_code == 0, shown.output
    return json.loads(shown.output)


def test_a_model_that_names_the_first_candidate_chooses_as_the_weights(
    planner: Path, model: Path, tmp_path: Path
) -> None:
    (found,) = chosen(planner, model, tmp_path, "1", "--sure", "1")
    assert found["asked"] > 5 and found["moved"] == 0 and found["value"] == found["weights_value"]


def test_another_number_moves_the_choice_and_is_counted_against_the_weights(
    planner: Path, model: Path, tmp_path: Path
) -> None:
    (found,) = chosen(planner, model, tmp_path, "2", "--sure", "1")
    assert found["moved"] == found["asked"] > 5 and found["broken"] > found["fixed"]
    assert found["value"] < found["weights_value"]


def test_of_sure_turns_nothing_is_asked_and_a_part_of_the_dialogues_may_be_named(
    planner: Path, model: Path, tmp_path: Path
) -> None:
    (found,) = chosen(planner, model, tmp_path, "2", "--sure", "0", "--dialogues", "0:2")
    (whole,) = chosen(planner, model, tmp_path, "2", "--sure", "0")
    assert found["asked"] == 0 and 0 < found["turns"] < whole["turns"]


def test_what_the_model_writes_in_place_of_a_number_is_judged(planner: Path, model: Path, tmp_path: Path) -> None:
    (found,) = chosen(planner, model, tmp_path, "SELECT 17 AS nothing_asked", "--sure", "1")
    assert found["moved"] == found["asked"] and found["broken"] > 0 == found["fixed"]
