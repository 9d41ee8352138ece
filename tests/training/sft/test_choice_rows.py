"""Rows of the choice: the words that serving asks it in, and the number of the candidate that is right."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from eval.demo.build import DEMO_DATA, build
from eval.runs.experiment import RunOptions
from eval.runs.run import run
from nodes.choice.ask import answered_sql
from training.settings import TrainingError
from training.sft.choice_rows import write_choice_rows
from training.sft.config import load_grpo_config, load_sft_config
from training.sft.estimate import run_estimate
from training.sft.reward import Judge, reward_function
from training.sft.rows import ChatRow, read_rows
from turnsql import app

CONFIGS = Path(__file__).resolve().parents[3] / "configs" / "training" / "choice"


@pytest.fixture(scope="module")
def planner(tmp_path_factory: pytest.TempPathFactory) -> Path:
    build()
    folder = tmp_path_factory.mktemp("runs") / "planner"
    run(RunOptions(data=DEMO_DATA, out=folder, dialogues="0:4", alone=False))
    return folder


@pytest.fixture(scope="module")
def rows(planner: Path, tmp_path_factory: pytest.TempPathFactory) -> list[ChatRow]:
    out = tmp_path_factory.mktemp("rows") / "rows"
    written = write_choice_rows(planner, None, out, apart=["no such database"])
    found = read_rows(out, "train", ("sql_generation",))
    assert written == {"train": len(found), "validation": 0}
    assert json.loads((out / "manifest.json").read_text())["rows"] == written
    return found


def test_a_row_asks_as_serving_does_and_its_answer_is_right(rows: list[ChatRow]) -> None:
    assert len({message.content for row in rows for message in row.messages[:1]}) == 1
    judge = Judge()
    for row in rows:
        asked, answer = row.messages[-2].content, row.messages[-1].content
        assert len(row.candidates) > 1 and all(sql in asked for sql in row.candidates)
        parts = judge.parts(
            answer, stage=row.stage, database=row.database, database_id=row.database_id, gold=row.gold,
            candidates=row.candidates,
        )  # fmt: skip
        assert parts.execution == 1, (answered_sql(answer, row.candidates), row.gold)


def test_rows_are_of_turns_that_serving_asks_about_and_the_first_candidate_answers_half_at_most(
    planner: Path, tmp_path: Path
) -> None:
    """A model that learns from rows answered "1" for the most part answers "1"."""
    counts = {
        sure: write_choice_rows(planner, None, tmp_path / str(sure), apart=["none"], sure=sure, first=1)["train"]
        for sure in (1.0, 0.9, 0.5)
    }
    assert counts[1.0] > counts[0.9] > counts[0.5], counts
    write_choice_rows(planner, None, tmp_path / "even", apart=["none"], sure=1.0)
    answers = [row.messages[-1].content for row in read_rows(tmp_path / "even", "train", ("sql_generation",))]
    assert 0 < answers.count("1") <= len(answers) / 2


def test_the_reward_of_a_number_is_that_of_its_candidate(rows: list[ChatRow]) -> None:
    row = next(row for row in rows if row.messages[-1].content == "1")
    many = len(row.candidates) + 1
    found = reward_function()(
        completions=[str(number) for number in range(1, many + 1)], stage=[row.stage] * many,
        database=[str(row.database)] * many, database_id=[row.database_id] * many, gold=[row.gold] * many,
        candidates=[list(row.candidates)] * many,
    )  # fmt: skip
    given = [each or 0.0 for each in found]
    assert given[0] == max(given) > 1
    assert found[-1] == 0, "a number that no candidate has is no answer"


def test_a_folder_that_is_taken_is_refused(planner: Path, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(TrainingError, match="is not empty"):
        write_choice_rows(planner, None, tmp_path)


def test_a_run_over_dev_is_refused(planner: Path, tmp_path: Path) -> None:
    shown = CliRunner().invoke(app, ["train", "choice-rows", str(planner), "--out", str(tmp_path / "rows")])
    assert isinstance(shown.exception, TrainingError) and "learnt on training databases" in str(shown.exception)


def test_the_cost_of_a_run_is_told_without_a_card(rows: list[ChatRow]) -> None:
    config = load_sft_config(CONFIGS / "choice_qwen3.5_9b_24gb.toml")
    told = run_estimate(config, config.base or "", rows)
    assert "Qwen/Qwen3.5-9B: about 2" in told and "GB of GPU memory" in told and " min, " in told
    with pytest.raises(TrainingError, match="unknown shape"):
        run_estimate(config, "somebody/something", rows)


def test_the_shipped_settings_of_grpo_are_read(tmp_path: Path) -> None:
    for name in ("choice_grpo_9b_80gb", "choice_grpo_smollm2"):
        assert load_grpo_config(CONFIGS / f"{name}.toml").generations in (4, 8)
    odd = tmp_path / "odd.toml"
    odd.write_text("batch_size = 4\ngenerations = 3\n")
    with pytest.raises(TrainingError, match="a step has 4 rows"):
        load_grpo_config(odd)
