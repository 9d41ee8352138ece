"""The parts of a report that need no browser: ladders, histories, confidence, tables from elsewhere."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from eval.ablation.run import ablate
from eval.analysis.history_gap import run_histories
from eval.records import RunError
from eval.report.build import write_report
from eval.report.inputs import open_inputs
from eval.report.run_view import gather
from eval.report.topics.confidence import Risk, confidence_charts, risk_of
from eval.report.topics.ladder import ladder_charts
from eval.runs.experiment import RunOptions
from nodes.state import STAGES
from tests.eval.archive import make_archive
from turnsql import app


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ladder and a history over a small archive."""
    folder = tmp_path_factory.mktemp("topics")
    data = make_archive(folder / "archive")
    ablate(RunOptions(data=data, out=folder / "ladder"))
    run_histories(RunOptions(data=data, out=folder / "history"))
    return folder


def test_a_ladder_and_a_history_are_told_by_what_lies_in_them(folder: Path, tmp_path: Path) -> None:
    inputs = open_inputs([folder / "ladder", folder / "history"])
    assert [run.name for run in inputs.runs] == ["ladder", "history/gold", "history/predicted", "history/noised"]
    assert inputs.runs[0].attribution and inputs.ladders and inputs.histories
    page, summary = write_report(inputs, tmp_path)
    for title in (
        "Ladder: which node to mend next",
        "History: what one's own costs",
        "Stage to blame",
        "Filter-carry ledger",
    ):
        assert title in summary.read_text("utf-8")
        assert title.replace("'", "&#39;") in page.read_text("utf-8")


def test_the_waterfall_ends_where_each_bar_begins(folder: Path) -> None:
    ladder = open_inputs([folder / "ladder"]).ladders[0].ladder
    first, *steps, last = ladder_charts(ladder)[0].marks
    assert [mark.label for mark in steps] == list(STAGES)
    reached = first.value
    for mark in steps:
        assert mark.start == reached
        reached = mark.value
    assert last.value == reached == 1.0


def test_the_history_that_was_fed_is_shown_for_noised_too(folder: Path) -> None:
    inputs = open_inputs([folder / "history"])
    assert {run.manifest.noise_rate for run in inputs.runs} == {None, 0.5}


def test_risk_falls_with_coverage_where_confidence_is_right() -> None:
    risk = Risk((0.9, 0.8, 0.3, 0.1), (True, True, False, False))
    assert list(risk.risks) == [0.0, 0.0, 1 / 3, 0.5]
    assert risk.area == pytest.approx((0 + 0 + 1 / 3 + 0.5) / 4)
    assert risk.at(0.5) == 0.0 and risk.at(1.0) == 0.5


def test_turns_of_equal_confidence_share_their_errors() -> None:
    assert list(Risk((0.5, 0.5), (True, False)).risks) == list(Risk((0.5, 0.5), (False, True)).risks) == [0.5, 0.5]


def test_confidence_is_drawn_where_a_planner_gives_one(folder: Path, tmp_path: Path) -> None:
    plain = gather(folder / "ladder" / "base")
    turns = folder / "ladder" / "base" / "turns.jsonl"
    records = [json.loads(line) for line in turns.read_text("utf-8").splitlines()]
    if not any(plan.get("confidence") for record in records for plan in record["stages"]["plan_emission"]["output"]):
        assert risk_of(plain) is None and confidence_charts([plain]) == ()
    for place, record in enumerate(records):
        record["stages"]["plan_emission"]["output"][0]["confidence"] = 1 / (place + 1)
    for name in ("manifest.json", "scores.jsonl", "summary.json"):
        (tmp_path / name).write_bytes((turns.parent / name).read_bytes())
    (tmp_path / "turns.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records), "utf-8")
    (chart,) = confidence_charts([gather(tmp_path)])
    assert chart.kind == "lines" and chart.marks[-1].value == pytest.approx(1 - plain.mean("value"))  # type: ignore[operator]


def test_tables_made_elsewhere_are_shown(folder: Path, tmp_path: Path) -> None:
    table = tmp_path / "tables.json"
    table.write_text(json.dumps([{"title": "Mine", "columns": ["a", "b"], "rows": [["x", "1"]]}]), "utf-8")
    words = ["eval", "report", str(folder / "ladder" / "base"), "--table", str(table), "--out", str(tmp_path)]
    shown = CliRunner().invoke(app, words, catch_exceptions=False)
    assert shown.exit_code == 0 and "### Mine" in (tmp_path / "report.md").read_text("utf-8")
    table.write_text("{}", "utf-8")
    with pytest.raises(RunError, match="no list of tables"):
        open_inputs([folder / "ladder"], None, [table])
