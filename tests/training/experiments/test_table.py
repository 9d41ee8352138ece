"""The experiment table, over real runs of the demo."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from eval.demo.build import DEMO_DATA, build
from eval.records import RunError
from training.experiments.read import parse_pair, read_experiments
from training.experiments.table import experiment_tables
from training.settings import TrainingError
from turnsql import app


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A base without plans, a better run, one over other turns, and a training run with the manifest of its rows."""
    root = tmp_path_factory.mktemp("table")
    build()
    for name, words in {
        "base": ["--node", "value_grounding=skip", "--node", "plan_emission=skip", "--dialogues", "0:4"], "tuned": ["--dialogues", "0:4"],
        "other": ["--dialogues", "0:1"],
    }.items():  # fmt: skip
        asked = ["eval", "run", "--data", str(DEMO_DATA), "--out", str(root / name), *words]
        assert CliRunner().invoke(app, asked).exit_code == 0
        assert CliRunner().invoke(app, ["eval", "score", str(root / name)]).exit_code == 0
    (root / "mix").mkdir()
    (root / "mix" / "manifest.json").write_text(json.dumps({"sources": [{"name": "cosql/train"}]}))
    manifest = {
        "data": str(root / "mix"), "rows": {"train": 192, "validation": 40}, "steps": 50, "seconds": 90, "loss": 0.25,
        "base": "a", "peak_memory_mb": 1234, "later": 1,
    }  # fmt: skip
    (root / "sft50").mkdir()
    (root / "sft50" / "manifest.json").write_text(json.dumps(manifest))
    return root


def test_the_table_holds_data_rows_steps_time_figures_pairs_and_stages(runs: Path) -> None:
    training, worth, changed = experiment_tables(read_experiments([(runs / "sft50", runs / "tuned")], runs / "base"))
    assert training.rows == (("sft50", "mix", "cosql/train", "192", "50", "1.5", ".250", "1,234"),)
    base, tuned = (dict(zip(worth.columns, row, strict=True)) for row in worth.rows)
    assert base["run"] == "base" and base["gain"] == "–"
    assert float(tuned["value"]) > float(base["value"])
    assert tuned["gain"].startswith("+") and int(tuned["fixed"]) > int(tuned["broken"])
    assert tuned["decided"] in ("yes", "no")
    by_stage = {row[1]: dict(zip(changed.columns, row, strict=True)) for row in changed.rows}
    linking, planning = by_stage["schema linking"], by_stage["plan emission"]
    assert (linking["change"], linking["better"], linking["decided"]) == ("+.000", "0", "no")
    assert planning["change"].startswith("+") and int(planning["better"]) > int(planning["worse"])
    assert by_stage["value grounding after gold"]["change"].startswith("+")


def test_the_command_writes_markdown_and_the_tables_for_the_report(runs: Path, tmp_path: Path) -> None:
    asked = [
        "train",
        "table",
        f"{runs / 'sft50'}={runs / 'tuned'}",
        "--base",
        str(runs / "base"),
        "--out",
        str(tmp_path / "t"),
    ]
    shown = CliRunner().invoke(app, asked)
    assert shown.exit_code == 0, shown.output
    assert "| sft50 | mix | cosql/train | 192 |" in (tmp_path / "t.md").read_text()
    tables = json.loads((tmp_path / "t.json").read_text())
    assert [table["title"] for table in tables] == [
        "Training runs", "Against base", "Which stage changed",
    ]  # fmt: skip
    words = ["--table", str(tmp_path / "t.json"), "--out", str(tmp_path)]
    shown = CliRunner().invoke(app, ["eval", "report", str(runs / "base"), str(runs / "tuned"), *words])
    assert shown.exit_code == 0, shown.output
    for name in ("report.html", "report.md"):
        assert "Which stage changed" in (tmp_path / name).read_text()


def test_ladders_stand_beside_each_other_and_give_the_scored_runs(runs: Path, tmp_path: Path) -> None:
    words = ["--data", str(DEMO_DATA), "--dialogues", "3:5"]
    for name, more in {"base": ["--node", "plan_emission=skip"], "tuned": []}.items():
        shown = CliRunner().invoke(app, ["eval", "ablate", *words, *more, "--out", str(tmp_path / name)])
        assert shown.exit_code == 0, shown.output
    found = experiment_tables(read_experiments([(runs / "sft50", tmp_path / "tuned")], tmp_path / "base"))
    ladders = found[-1]
    assert ladders.title.startswith("Ladders") and {row[0] for row in ladders.rows} == {"base", "sft50"}
    assert len(ladders.rows) == 2 * 6
    planning = {row[0]: row for row in ladders.rows if row[1] == "plan_emission"}
    assert float(planning["base"][5]) > float(planning["sft50"][5]), "a better planner leaves gold less to mend"


def test_bad_input_is_one_line(runs: Path) -> None:
    with pytest.raises(TrainingError, match="is not TRAINING=RUN"):
        parse_pair("runs/sft")
    with pytest.raises(TrainingError, match="no finished training run"):
        read_experiments([(runs / "mine", runs / "tuned")], runs / "base")
    with pytest.raises(RunError, match="not alike: dialogues"):
        read_experiments([(runs / "sft50", runs / "other")], runs / "base")
