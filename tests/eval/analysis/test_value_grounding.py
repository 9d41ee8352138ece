"""The value_grounding stage of a run, against labelled literals."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner

from eval.analysis.value_grounding import RunTally, measure_run
from eval.cli import app
from eval.runs.experiment import RunOptions
from eval.runs.run import run
from eval.scoring.score import score


def test_gold_values_are_all_found_and_break_nothing(archive: Path, tmp_path: Path) -> None:
    for name, oracle in (("gold", ("value_grounding", "sql_generation")), ("none", ("sql_generation",))):
        run(RunOptions(data=archive, out=tmp_path / name, config=Path("configs/skip.toml"), oracle=oracle))
        score(tmp_path / name)
    tally = measure_run(tmp_path / "gold", without=tmp_path / "none")
    assert sum(tally.reachable.values()) > 0
    assert tally.value == tally.reachable == tally.column
    assert tally.given == tally.right and tally.silent == tally.kept_silent
    assert (tally.fixed, tally.breaks) == ((), ())
    none = measure_run(tmp_path / "none")
    assert none.given == sum(none.value.values()) == 0 and none.breaks is None
    words = ["grounding", "--data", str(archive), "--run", str(tmp_path / "gold"), "--without", str(tmp_path / "none")]
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0 and "breaks 0: none" in result.stdout


def test_broken_turns_are_named() -> None:
    assert "breaks 2: 3/0, 3/1" in RunTally(fixed=(), breaks=("3/0", "3/1")).lines()
