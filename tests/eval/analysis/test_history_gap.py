"""The modes of history side by side, when dialogues derail, and the ledger of filters."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval.analysis.constraint_ledger import constraint_ledger, read_ledger
from eval.analysis.history_gap import HistoryGap, derailing, run_histories
from eval.datasets import load
from eval.records import RunError, StageRecord, TurnRecord
from eval.report.topics.history import history_tables, ledger_lines
from eval.runs.experiment import RunOptions
from eval.scoring.scores import TurnScores
from nodes.state import STAGES
from tests.eval.archive import make_archive


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("history")
    run_histories(RunOptions(data=make_archive(base / "archive"), out=base / "out"))
    return base / "out"


def turn(position: int, value: bool, dialogue: int = 0) -> TurnScores:
    return TurnScores(dialogue=dialogue, turn=position, outcome="answered", value=value, plan={}, plan_of_sql={})


def record(position: int, sql: str, dialogue: int = 0) -> TurnRecord:
    return TurnRecord(
        dialogue=dialogue, turn=position, database_id="shop_1", utterance="", history="gold", sql=sql,
        outcome="answered", stages={stage: StageRecord(variant="x") for stage in STAGES},
    )  # fmt: skip


def test_each_mode_is_measured_against_gold(folder: Path) -> None:
    found = HistoryGap.model_validate_json((folder / "history.json").read_bytes())
    assert [run.history for run in found.runs] == ["gold", "predicted", "noised"]
    assert found.runs[0].gap == 0
    assert all(run.gap == pytest.approx(run.value - found.runs[0].value) for run in found.runs)
    assert [len(table.rows) for table in history_tables(found)] == [3, 3, 3, 3]


def test_the_ledger_of_a_run_is_that_of_the_table(folder: Path) -> None:
    found = json.loads((folder / "history.json").read_bytes())
    assert json.loads(read_ledger(folder / "gold").model_dump_json()) == found["runs"][0]["ledger"]


def test_a_folder_in_use_is_refused(folder: Path) -> None:
    with pytest.raises(RunError, match="not empty"):
        run_histories(RunOptions(data=folder, out=folder))


def test_derailing_and_recovery() -> None:
    lines = [turn(0, True), turn(1, False), turn(2, True), turn(3, False), turn(0, True, 1), turn(0, False, 2)]
    found = derailing(lines)
    assert (found.dialogues, found.derailed, found.first_wrong) == (3, 2, 1.5)
    assert (found.after_wrong, found.recovered, found.recovery) == (1, 1, 1.0)


def test_nothing_derails_where_all_is_right() -> None:
    found = derailing([turn(0, True)])
    assert (found.first_wrong, found.recovery) == (None, None)


def test_a_forgotten_filter_and_a_stale_one(archive: Path) -> None:
    dataset = load("cosql", archive, "dev")
    dataset.open_databases()
    records = [
        record(0, "SELECT name FROM city"),
        record(2, "SELECT name FROM city WHERE people >= 600"),
        record(1, "SELECT count(*) FROM shop AS T1 JOIN city AS T2 ON T1.city_id = T2.id WHERE T2.name = 'Lyon'", 2),
    ]
    found = constraint_ledger(records, dataset)
    dataset.close()
    assert ledger_lines(found) == ["0/2 forgotten: city.country = 'FR'", "2/1 stale: city.name = 'Lyon'"]
    assert (found.carried, found.forgotten, found.dropped, found.stale) == (1, 1, 1, 1)
    assert found.entries[0].ours.added == ("city.people >= 600",)
