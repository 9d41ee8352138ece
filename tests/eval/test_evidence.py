"""Outcomes and causes, from the verdict of a turn to the tables of a report."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from eval.cli import app
from eval.report.build import write_report
from eval.report.evidence import cause_table, evidence_tables, gold_table, no_result_table
from eval.report.inputs import Inputs
from eval.report.run_view import gather
from eval.report.tables import answer_table, group_tables
from eval.scoring.score import score
from eval.scoring.scores import read_scores
from eval.scoring.verdicts import CAUSES, Executions
from nodes.sql.parsing.parse import repair
from tests.eval.archive import DIALOGUES, make_archive
from tests.eval.scoring.test_score import by_key, recorded
from value_index.database import Database, Result
from value_index.errors import DatabaseError

ENDLESS = "WITH RECURSIVE t(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM t) SELECT count(*) FROM t"
EXTRA = [
    {"utterance": "Count for ever.", "query": ENDLESS},
    {"utterance": "Where is the disk?", "query": "SELECT 'lost'"},
    {"utterance": "The towns of the shops?", "query": "SELECT city_id FROM shop"},
]


@pytest.fixture
def mixed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A run in which each thing happens once: a gold and a prediction out of time, a harness fault, a difference."""
    shop, _, broken = DIALOGUES
    longer: dict[str, Any] = {**shop, "interaction": [*shop["interaction"][:2], *EXTRA]}
    folder = recorded(
        make_archive(tmp_path / "archive", [shop, longer, broken]), tmp_path / "run",
        t01={"sql": ENDLESS}, t10={"sql": "oh"}, t14={"sql": "SELECT DISTINCT city_id FROM shop"},
    )  # fmt: skip

    def run_in_haste(_: Executions, database: Database, sql: str) -> Result:
        if "lost" in sql:
            raise DatabaseError("the disk is gone")
        return database.execute(repair(sql), deadline=0.2)

    monkeypatch.setattr(Executions, "run", run_in_haste)
    return folder


def test_every_outcome_is_counted_apart(mixed: Path) -> None:
    summary = score(mixed)
    assert summary.no_results == {
        "gold_error": 1, "gold_timeout": 1, "harness_fault": 1, "prediction_error": 1, "prediction_timeout": 1,
    }  # fmt: skip
    assert (summary.turns, summary.scored, summary.unscored, summary.faulted) == (11, 8, 3, 1)
    lines = by_key(mixed)
    assert (lines[1, 2].unscored, lines[1, 2].value) == ("gold_timeout", None)
    assert (lines[0, 1].notes, lines[0, 1].value) == (("prediction_timeout",), False)
    assert lines[1, 3].unscored == "harness_fault: DatabaseError: the disk is gone"
    view = gather(mixed)
    assert "1 of run not judged (harness fault)" in answer_table([view]).note
    assert ("gold timeout", "1") in no_result_table(view).rows


def test_a_harness_fault_ends_the_command_with_1(mixed: Path) -> None:
    shown = CliRunner().invoke(app, ["score", str(mixed)])
    assert shown.exit_code == 1
    assert "0 turns not run, 0 without a record, 1 not judged" in shown.output


def test_where_value_and_official_differ_the_cause_is_named(mixed: Path) -> None:
    summary = score(mixed)
    assert (by_key(mixed)[1, 4].value, by_key(mixed)[1, 4].official) == (False, True)
    assert [line.cause for line in read_scores(mixed) if line.cause] == ["distinct_stripped"]
    assert summary.causes == {"distinct_stripped": 1}
    assert cause_table(gather(mixed)).rows == (("distinct stripped", CAUSES["distinct_stripped"], "1"),)


def test_the_report_takes_the_answers_apart(mixed: Path, tmp_path: Path) -> None:
    score(mixed)
    view = gather(mixed)
    assert [row[0] for row in gold_table(view).rows] == [
        "every gold that runs", "golds that return rows", "without the flagged golds", "whole dialogues",
    ]  # fmt: skip
    assert gold_table(view).note == "The audit flags 2 golds: does not run 2."
    page, summary = (path.read_text("utf-8") for path in write_report(Inputs((view,)), tmp_path))
    titles = [table.title for table in (*evidence_tables(view), *group_tables(view))]
    assert titles[-3:] == ["By turn", "By hardness", "By feature"]
    for title in titles:
        assert f"### {title}\n" in summary
        assert f"<h3>{title}</h3>" in page
    assert '"distinct_stripped"' in page and '"prediction_timeout"' in page  # notes of the turns, for the explorer


def test_a_run_without_such_turns_has_no_such_tables(archive: Path, tmp_path: Path) -> None:
    folder = recorded(archive, tmp_path / "run")
    score(folder)
    assert [table.title for table in evidence_tables(gather(folder))] == ["By gold", "Turns without rows to compare"]
