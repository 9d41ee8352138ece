"""Published traces through our side: a made-up one always, the authors' own where they are at hand."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from eval.datasets import DataError
from eval.interact.play import messages
from eval.interact.traces import read_traces, replay

FIRST = messages.first_of_agent("farm", "farm_1", "Which fields are big?", 8.0)
CALLS: list[dict[str, Any]] = [
    {"tool": "ask_user", "args": {"question": "What is big?"}, "result": "Over 4.", "cost": 2.0, "budget_before": 8.0, "budget_after": 6.0},
    {"tool": "execute_sql", "args": {"sql": "SELEC"}, "result": "SQL Error: SQL error: near SELEC", "cost": 1.0, "budget_before": 6.0,
     "budget_after": 5.0},
    {"tool": "submit_sql", "args": {"sql": "SELECT 1"}, "result": "SQL failed Phase 1. Your SQL is not correct.\nBudget remaining: 2.0 bird-coins",
     "cost": 3.0, "budget_before": 5.0, "budget_after": 2.0},
    {"tool": "submit_sql", "args": {"sql": "SELECT 2"},
     "result": "Phase 1 correct! (Reward: 0.7). Moving to Phase 2.\nReward: 0.7\nFollow-up question: And rye?\nBudget remaining: -1 bird-coins",
     "cost": 3.0, "budget_before": 2.0, "budget_after": -1},
]  # fmt: skip
TRACE: dict[str, Any] = {
    "task_id": "farm_1", "database": "farm", "phase1_passed": True, "phase2_passed": False, "has_follow_up": True,
    "total_reward": 0.7, "final_response": messages.OUT_OF_BUDGET, "tool_trajectory": CALLS,
    "adk_events": [{"type": "user_message", "message": FIRST}],
}  # fmt: skip


def written(folder: Path, trace: dict[str, Any]) -> Path:
    path = folder / "traces.json"
    path.write_text(json.dumps({"mode": "a-interact", "samples": [trace]}))
    return path


def differences(path: Path) -> tuple[str, ...]:
    mode, traces = read_traces(path)
    return asyncio.run(replay(traces[0], mode)).differences


def test_a_trace_comes_out_the_same(tmp_path: Path) -> None:
    assert differences(written(tmp_path, TRACE)) == ()


@pytest.mark.parametrize(("field", "value", "says"), [
    ("total_reward", 0.5, "reward"), ("phase1_passed", False, "phase 1"), ("final_response", "Task completed.", "last words"),
    ("tool_trajectory", [CALLS[0] | {"budget_after": 7.0}, *CALLS[1:]], "coins"),
    ("adk_events", [{"type": "user_message", "message": FIRST + "!"}], "first message"),
])  # fmt: skip
def test_what_differs_is_named(tmp_path: Path, field: str, value: Any, says: str) -> None:
    assert any(says in each for each in differences(written(tmp_path, TRACE | {field: value})))


def test_another_file_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text("[]")
    with pytest.raises(DataError, match="is no file of traces"):
        read_traces(path)


@pytest.mark.data
def test_the_authors_own_traces_come_out_the_same(data_folder: Path) -> None:
    for name in ("a_interact_samples.json", "c_interact_samples.json"):
        mode, traces = read_traces(data_folder / "bird_interact" / name)
        found = [asyncio.run(replay(trace, mode)) for trace in traces]
        assert [each.differences for each in found] == [()] * 10
