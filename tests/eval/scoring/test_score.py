"""`turnsql eval score`: every turn counted once, under the right heading."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from agent.config import Config
from eval.ablation.ladder import read_ladder
from eval.ablation.rungs import BASE, rungs
from eval.cli import app
from eval.records import RunError, TurnRecord, read_turns
from eval.report.topics.ladder import ladder_markdown
from eval.runs.experiment import RunOptions
from eval.runs.run import run
from eval.scoring.plan_scores import PLAN_SCORES
from eval.scoring.score import score
from eval.scoring.scorer import Scorer
from eval.scoring.scores import TurnScores, read_scores, read_summary
from eval.scoring.verdicts import VERDICTS, Verdicts
from nodes.state import STAGES, Attempt, CandidateGroup, Choice, Violation
from tests.eval.archive import write_split
from value_index.files.atomic_file import write_atomically

SKIP = Path("configs/skip.toml")
RIGHT = "SELECT c.name FROM city AS c WHERE c.country = 'FR'"
WRONG = "SELECT name FROM city WHERE country = 'CH'"
BAD = Attempt(sql="SELECT nam FROM city", violations=(Violation(kind="unknown_column", severity="error", message="?"),))


def recorded(archive: Path, folder: Path, **answers: Any) -> Path:
    """Run the oracle, then put other answers into some turns: `t01={"sql": ...}` is dialogue 0, turn 1."""
    run(RunOptions(data=archive, out=folder, config=SKIP, oracle=("sql_generation", "plan_emission")))
    turns = [
        record.model_copy(update=answers.get(f"t{record.dialogue}{record.turn}", {})) for record in read_turns(folder)
    ]
    write(folder, turns)
    return folder


def write(folder: Path, turns: list[TurnRecord]) -> None:
    """Write other records, as a version without links did: nothing vouches for them."""
    write_atomically(folder / "turns.jsonl", "".join(turn.model_dump_json() + "\n" for turn in turns))
    manifest = json.loads((folder / "manifest.json").read_text())
    write_atomically(folder / "manifest.json", json.dumps({**manifest, "chain": None}))


def by_key(folder: Path) -> dict[tuple[int, int], TurnScores]:
    return {line.key: line for line in read_scores(folder)}


@pytest.mark.parametrize(
    "sql", ["SELECT name FROM city FETCH FIRST 2 ROWS ONLY", "SELECT name FROM city QUALIFY 1", "SELECT (((("]
)
def test_no_prediction_ends_the_scoring(archive: Path, tmp_path: Path, sql: str) -> None:
    run = recorded(archive, tmp_path / "run", t00={"sql": "SELECT 1"})
    path = run / "turns.jsonl"
    path.write_text(path.read_text().replace(json.dumps("SELECT 1"), json.dumps(sql), 1))
    summary = score(run)
    assert (summary.turns, summary.scored) == (8, 7) and by_key(run)[0, 0].value is False


def test_a_turn_that_cannot_be_scored_costs_no_other(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = recorded(archive, tmp_path / "run")
    judged = Scorer._judge

    def stumble(self: Scorer, record: TurnRecord, query: str, sql: str) -> Verdicts:
        if record.key == (0, 1):
            raise AttributeError("'NoneType' object has no attribute 'sql'")
        return judged(self, record, query, sql)

    monkeypatch.setattr(Scorer, "_judge", stumble)
    summary = score(run)
    assert (summary.turns, summary.scored, summary.faulted) == (8, 6, 1)
    assert any(line.startswith("0/1: harness_fault: AttributeError") for line in summary.unscored_turns)


def test_what_a_perfect_choice_would_give_is_scored_where_candidates_are_gathered(
    archive: Path, tmp_path: Path
) -> None:
    run = recorded(archive, tmp_path / "ladder" / BASE)
    choice = Choice(
        chosen=0,
        reason="the first plan",
        groups=tuple(CandidateGroup(sql=sql, sources=("plan 1",), rows=1) for sql in (WRONG, RIGHT)),
    )

    def gathered(record: TurnRecord) -> TurnRecord:
        offered = {(0, 1): choice, (0, 2): choice.model_copy(update={"groups": choice.groups[:1]})}.get(record.key)
        stage = record.stages["sql_generation"].model_copy(update={"variant": "candidates", "choice": offered})
        sql = WRONG if offered else record.sql
        return record.model_copy(update={"sql": sql, "stages": {**record.stages, "sql_generation": stage}})

    write(run, [gathered(record) for record in read_turns(run)])
    summary = score(run)
    for rung in rungs(Config.load(SKIP)):
        shutil.copytree(run, tmp_path / "ladder" / rung.name)
    found = read_ladder(tmp_path / "ladder")
    assert summary.means["value"] == pytest.approx(5 / 7)
    assert summary.means["stages"]["sql_generation"]["in_graph"]["within_reach"] == pytest.approx(6 / 7)
    assert found.within_reach == pytest.approx(6 / 7)
    assert "Within reach of the choice: .857" in ladder_markdown(found)


def test_gold_scores_one_and_a_gold_that_does_not_run_is_unscored(archive: Path, tmp_path: Path) -> None:
    summary = score(recorded(archive, tmp_path / "run"))
    assert (summary.turns, summary.scored, summary.unscored, summary.not_run, summary.missing) == (8, 7, 1, 0, 0)
    assert all(summary.means[verdict] == 1.0 for verdict in (*VERDICTS, "strict_raw"))
    assert set(summary.means["plan"]) == set(PLAN_SCORES) == set(summary.means["plan_of_sql"])
    assert set(summary.means["plan"].values()) == {1.0}
    assert summary.unscored_turns[0].startswith("2/2: gold_error")
    broken = by_key(tmp_path / "run")[2, 2]
    assert broken.value is None
    assert set(broken.plan) == set(PLAN_SCORES)
    assert set(broken.plan.values()) == {None}
    assert set(summary.means["stages"]) == set(STAGES)
    assert summary == read_summary(tmp_path / "run")


def test_wrong_is_not_missing_is_not_broken(archive: Path, tmp_path: Path) -> None:
    folder = recorded(
        archive, tmp_path / "run",
        t00={"sql": "", "outcome": "no_sql"}, t01={"sql": RIGHT}, t02={"sql": "", "outcome": "not_run"}, t11={"sql": "oh"},
    )  # fmt: skip
    summary = score(folder)
    assert (summary.turns, summary.scored, summary.unscored, summary.not_run) == (8, 6, 1, 1)
    lines = by_key(folder)
    assert lines[0, 0].value is False
    assert lines[0, 1].value is True
    assert lines[0, 2].value is None
    assert lines[0, 2].unscored is None
    assert lines[1, 1].value is False
    assert summary.means["value"] == pytest.approx(4 / 6)
    assert summary.by_turn["1"].turns == 3
    assert summary.by_turn["2"].turns == 3
    assert "3" not in summary.by_turn
    assert (summary.interactions.turns, summary.interactions.value) == (2, 0.5), "a dialogue with a turn not run is out"


def test_every_rate_has_an_interval_and_stands_beside_the_unflagged_one(archive: Path, tmp_path: Path) -> None:
    summary = score(recorded(archive, tmp_path / "run", t00={"sql": WRONG}))
    assert set(summary.intervals) == set(summary.means)
    low, high = summary.intervals["value"]
    assert low <= summary.means["value"] <= high
    assert set(summary.intervals["stages"]["schema_linking"]["in_graph"]) == {
        "table_f1", "table_recall", "column_f1", "column_recall",
    }  # fmt: skip
    for rate in (summary.interactions, *summary.by_turn.values(), *summary.by_feature.values()):
        assert rate.value_interval is not None
        assert rate.value is not None
        assert rate.value_interval[0] <= rate.value <= rate.value_interval[1]
    assert by_key(tmp_path / "run")[2, 2].gold_flags == ("does_not_run",)
    assert summary.unflagged is not None
    assert summary.unflagged.turns == 7


def test_retries_are_fixed_broken_or_unchanged(archive: Path, tmp_path: Path) -> None:
    fixed, broken = (BAD, Attempt(sql=RIGHT)), (BAD.model_copy(update={"sql": RIGHT}), Attempt(sql=WRONG))
    folder = recorded(
        archive, tmp_path / "run",
        t01={"sql": RIGHT, "attempts": fixed}, t02={"sql": WRONG, "attempts": (BAD, BAD)},
    )  # fmt: skip
    summary = score(folder)
    assert summary.retries == {"fixed": 1, "broken": 0, "unchanged": 1}
    metrics = by_key(folder)[0, 1].stages["schema_validation"]["in_graph"]
    assert metrics == {"precision": 1.0, "recall": 1.0, "precision_wrong": 1.0, "recall_wrong": 1.0}
    shutil.rmtree(folder)
    assert score(recorded(archive, folder, t01={"sql": WRONG, "attempts": broken})).retries["broken"] == 1


def test_the_trivial_planners_stand_beside(archive: Path, tmp_path: Path) -> None:
    summary = score(recorded(archive, tmp_path / "run"))
    empty, copied = summary.baselines
    assert (empty.name, copied.name) == ("empty plan", "copy previous")
    assert (empty.plan["table_f1"], empty.plan["selected_count"]) == (0.0, pytest.approx(6 / 7))
    assert copied.plan["table_f1"] == pytest.approx(4 / 7, abs=0.1)
    assert summary.where_present["group_by_f1"]["turns"] == 1


def test_scores_and_records_name_the_same_turns_after_a_kill(archive: Path, tmp_path: Path) -> None:
    folder = recorded(archive, tmp_path / "run")
    text = (folder / "turns.jsonl").read_text()
    (folder / "turns.jsonl").write_text(text[: len(text) - 40])
    summary = score(folder)
    assert (summary.turns, summary.missing) == (7, 1)


def test_other_rows_are_refused(archive: Path, tmp_path: Path) -> None:
    folder = recorded(archive, tmp_path / "run")
    rows = json.loads((archive / "sql_state_tracking" / "cosql_dev.json").read_text())
    rows[0]["interaction"][0]["query"] = "SELECT 1"
    write_split(archive, rows)
    with pytest.raises(RunError, match="other rows"):
        score(folder)
    assert not (folder / "scores.jsonl").exists()


def test_no_run_no_scores(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="not a run folder"):
        score(tmp_path)
    with pytest.raises(RunError, match="eval score"):
        read_scores(tmp_path)


def test_the_command_prints_the_tables_and_says_what_was_not_run(archive: Path, tmp_path: Path) -> None:
    folder = recorded(archive, tmp_path / "run", t02={"sql": "", "outcome": "not_run"})
    shown = CliRunner().invoke(app, ["score", str(folder)])
    assert shown.exit_code == 1
    for text in ("copy previous", "empty plan", "schema_linking", "1 turns not run"):
        assert text in shown.output
    asked = CliRunner().invoke(app, ["score", str(folder), "--json"])
    assert json.loads(asked.stdout)["means"]["value"] == 1.0


@pytest.mark.data
def test_the_slice_holds_the_contract(data_folder: Path, tmp_path: Path) -> None:
    checker = data_folder.parent / "tools" / "check_run.py"
    if not checker.exists():
        pytest.skip("no check_run.py beside the data")
    data = data_folder / "cosql_dataset"
    run(RunOptions(data=data, out=tmp_path / "run", config=SKIP, dialogues="0:32"))
    summary = score(tmp_path / "run")
    assert (summary.turns, summary.scored) == (100, 100)
    empty = summary.baselines[0].plan
    assert empty["macro"] == pytest.approx(0.530, abs=0.0005)
    assert empty["skeleton_f1"] == pytest.approx(0.669, abs=0.0005)
    done = subprocess.run(
        [sys.executable, str(checker), str(tmp_path / "run"), "--data", str(data)], capture_output=True
    )
    assert done.returncode == 0, done.stdout.decode()
