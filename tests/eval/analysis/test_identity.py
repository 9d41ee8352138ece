"""Two runs' records are the same, times aside, or the first difference of each is named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from eval.analysis.identity import identity
from eval.records import RunError
from turnsql import app

TURN = {
    "dialogue": 0, "turn": 0, "database_id": "shop", "utterance": "How many?", "history": "gold",
    "sql": "SELECT count(*) FROM product", "outcome": "answered", "timing": {"ms": 3.0},
    "stages": {"plan_emission": {"variant": "compact", "output": [{"score": 0.5}], "ms": 2.0}},
}  # fmt: skip


def folder(path: Path, *turns: dict[str, Any]) -> Path:
    path.mkdir()
    (path / "turns.jsonl").write_text("".join(json.dumps(turn) + "\n" for turn in turns))
    return path


def test_times_and_rounding_are_no_difference(tmp_path: Path) -> None:
    stage = {"variant": "compact", "output": [{"score": 0.5000000000000001}], "ms": 8.0}
    later = {**TURN, "timing": {"ms": 9.0}, "stages": {"plan_emission": stage}}
    found = identity(folder(tmp_path / "a", TURN), folder(tmp_path / "b", later))
    assert found.records == 1 and not found.differing
    assert found.describe() == "1 records: all alike, times aside"


def test_the_first_field_that_differs_is_named(tmp_path: Path) -> None:
    other = {**TURN, "stages": {"plan_emission": {"variant": "compact", "output": [{"score": 0.4}]}}}
    found = identity(folder(tmp_path / "a", TURN, {**TURN, "turn": 1}), folder(tmp_path / "b", other))
    assert found.differing == (
        "turns.jsonl 0/0 stages.plan_emission.output.0.score",
        "turns.jsonl 0/1 is in one run only",
    )


def test_the_command_exits_1_on_a_difference(tmp_path: Path) -> None:
    first, second = folder(tmp_path / "a", TURN), folder(tmp_path / "b", {**TURN, "sql": ""})
    run = CliRunner().invoke
    assert run(app, ["eval", "compare", "--identical", str(first), str(first)]).exit_code == 0
    told = run(app, ["eval", "compare", "--identical", str(first), str(second)])
    assert told.exit_code == 1 and "turns.jsonl 0/0 sql" in told.stdout


def test_folders_without_records_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="hold no records"):
        identity(folder(tmp_path / "a"), folder(tmp_path / "b"))
