"""`turnsql eval score --suite` and `eval verdict --suite`: the verdicts on copies, where they are written."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from eval.analysis.bundle import bundle, rescore
from eval.cli import app
from eval.records import read_turns
from eval.runs.experiment import RunOptions
from eval.runs.run import run
from eval.scoring.score import score
from eval.scoring.scores import read_scores, read_summary
from tests.eval.scoring.test_score import write

SLIP = "SELECT name FROM city WHERE people > 200"


def recorded(archive: Path, folder: Path, sql: str) -> Path:
    """Run the oracle, then put another answer into turn 0/1."""
    options = RunOptions(data=archive, out=folder, config=Path("configs/skip.toml"), oracle=("sql_generation",))
    run(options)
    write(folder, [turn.model_copy(update={"sql": sql} if turn.key == (0, 1) else {}) for turn in read_turns(folder)])
    return folder


def test_a_turn_that_is_right_by_chance_falls_and_is_named(archive: Path, tmp_path: Path) -> None:
    folder = recorded(archive, tmp_path / "run", SLIP)
    shown = CliRunner().invoke(app, ["score", str(folder), "--suite"])
    summary, lines = read_summary(folder), {line.key: line for line in read_scores(folder)}
    assert shown.exit_code == 0, shown.output
    assert (summary.means["value"], summary.means["suite"]) == (1.0, 6 / 7)
    assert [turn.partition(":")[0] for turn in summary.suite_falls] == ["0/1"]
    assert "1 turns fall" in shown.output and "0/1" in shown.output
    assert (lines[0, 1].value, lines[0, 1].suite, lines[0, 0].suite, lines[2, 2].suite) == (True, False, True, None)
    assert rescore(bundle(folder), archive) == ()


def test_without_the_option_no_copy_is_made(archive: Path, tmp_path: Path) -> None:
    summary = score(recorded(archive, tmp_path / "run", SLIP))
    assert summary.means["suite"] is None
    assert summary.suite_falls == ()


def test_pairs_get_one_more_key(archive: Path, tmp_path: Path) -> None:
    gold = "SELECT name FROM city WHERE country = 'FR'"
    path = tmp_path / "pairs.jsonl"
    pairs = ({"db": "shop_1", "gold": gold, "pred": sql} for sql in (gold, SLIP, "SELECT name FROM city", "oh"))
    path.write_text("\n".join(map(json.dumps, pairs)))
    words = ["verdict", "--pairs", str(path), "--databases", str(archive / "database")]
    found = [json.loads(line) for line in CliRunner().invoke(app, [*words, "--suite"]).output.splitlines()]
    assert [(line["value"], line["suite"]) for line in found] == [
        (True, True),
        (True, False),
        (False, False),
        (False, False),
    ]
    assert "suite" not in CliRunner().invoke(app, words).output
