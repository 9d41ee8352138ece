"""turnsql demo: the main job, from nothing to a report."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from nodes.state import STAGES
from turnsql import app
from value_index.errors import TurnSQLError


def test_the_demo_shows_tables_a_dialogue_and_the_report(tmp_path: Path) -> None:
    out = tmp_path / "run"
    shown = CliRunner().invoke(app, ["demo", "--out", str(out)], catch_exceptions=False)
    assert shown.exit_code == 0
    for words in (
        "Which airlines fly to Boston?",
        "Only show the ones from France.",
        "Node by node",
        "empty plan",
        *STAGES,
    ):
        assert words in shown.output
    assert (out / "report.html").is_file() and (out / "report.md").is_file()
    assert len((out / "turns.jsonl").read_text("utf-8").splitlines()) == 72
    assert shown.output.rstrip().endswith("report.html")


def test_a_folder_in_use_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine")
    with pytest.raises(TurnSQLError, match="not empty"):
        CliRunner().invoke(app, ["demo", "--out", str(tmp_path)], catch_exceptions=False)
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]
