"""DPO rows from runs: the prompt of the served node, a right answer, and the wrong one that a run gave."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from eval.demo.build import build
from eval.records import RunError
from eval.scoring.verdicts import judge
from tests.training.data.library import AGENT, about, write_data, write_mix
from training.data.preferences import write_preferences
from training.dev_databases import LeakError
from turnsql import app
from value_index.engines.sqlite.database import SQLiteDatabase

LEXICAL = Path(__file__).parents[3] / "configs" / "lexical.toml"
"""Whose answers need what value_grounding finds: without it they forget their filters."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Data with the demo's bookshop to train on, and runs of it: the words alone, and the same without values, so that no filters are written."""
    root = tmp_path_factory.mktemp("preferences")
    build()
    write_data(root / "data", about("bookshop")[:4], about("clinic")[:1])
    write_mix(root, agent=AGENT)
    for name, words in {
        "plain": [], "blind": ["--node", "value_grounding=skip"], "oracle": ["--oracle", "plan_emission"],
        "predicted": ["--history", "predicted"],
    }.items():  # fmt: skip
        asked = [
            "eval",
            "run",
            "--data",
            str(root / "data" / "cosql_dataset"),
            "--split",
            "train",
            "--config",
            str(LEXICAL),
            "--out",
            str(root / name),
        ]
        assert CliRunner().invoke(app, [*asked, *words]).exit_code == 0
    return root


def written(folder: Path, tmp_path: Path, *runs: str, diagnostic: bool = False) -> list[dict]:
    out = tmp_path / "dpo.jsonl"
    chosen = [folder / run for run in runs]
    write_preferences(chosen, folder / "data", out, config=folder / "agent.toml", diagnostic=diagnostic)
    return [json.loads(line) for line in out.read_text().splitlines()]


def test_chosen_is_right_and_rejected_is_wrong_by_the_scorer(folder: Path, tmp_path: Path) -> None:
    rows = written(folder, tmp_path, "blind", "plain")
    assert {row["chosen_by"] for row in rows} >= {"gold"}
    assert any(row["chosen_by"].endswith("plain") for row in rows)
    for row in [row for row in rows if row["stage"] == "sql_generation"]:
        database = SQLiteDatabase.open(row["database"], database_id=row["database_id"])
        assert judge(database, row["gold"], row["chosen"][0]["content"]).value is True
        assert judge(database, row["gold"], row["rejected"][0]["content"]).value is False
        assert [message["role"] for message in row["prompt"]] == ["system", "user"]


def test_plans_are_compared_too_and_one_answer_stands_once(folder: Path, tmp_path: Path) -> None:
    rows = written(folder, tmp_path, "blind", "plain")
    assert {row["stage"] for row in rows} == {"plan_emission", "sql_generation"}
    keys = [(row["stage"], row["place"], row["rejected"][0]["content"]) for row in rows]
    assert len(keys) == len(set(keys))
    assert all(row["chosen"] != row["rejected"] for row in rows)


def test_a_run_that_was_given_gold_is_refused_unless_diagnostic(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(LeakError, match="given gold at plan_emission: say --diagnostic"):
        written(folder, tmp_path, "oracle")
    written(folder, tmp_path, "oracle", diagnostic=True)


def test_answers_to_other_prompts_are_refused(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(RunError, match="predicted history: its answers belong to other prompts"):
        written(folder, tmp_path, "plain", "predicted")


def test_a_run_over_what_is_measured_on_is_refused(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "dev"
    asked = ["eval", "run", "--data", str(folder / "data" / "cosql_dataset"), "--split", "dev", "--out", str(out)]
    assert CliRunner().invoke(app, asked).exit_code == 0
    with pytest.raises(LeakError, match="cosql dev: models are measured on it"):
        write_preferences([out], folder / "data", tmp_path / "dpo.jsonl", config=folder / "agent.toml")


def test_the_command_says_what_it_wrote(folder: Path, tmp_path: Path) -> None:
    asked = ["data", "preferences", str(folder / "blind"), "--data", str(folder / "data")]
    shown = CliRunner().invoke(
        app, [*asked, "--config", str(folder / "agent.toml"), "--out", str(tmp_path / "dpo.jsonl")]
    )
    assert shown.exit_code == 0, shown.output
    assert "rows" in shown.output
