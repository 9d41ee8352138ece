"""The benchmark's batch files: written from a run, read again, and somebody else's judged by our own environment."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval.datasets.bird_interact.release import load_release
from eval.interact.play.session import ToolCall
from eval.interact.runs.batch_files import RESULTS, SYSTEM, USER, Step, read_batch, write_batch
from eval.interact.runs.import_batch import import_batch
from eval.interact.runs.record import TaskRecord, read_tasks
from eval.interact.runs.worlds import WorldOptions
from eval.records import RunError
from tests.eval.interact.farm import GOLD, TASK, make_release, write_lines

RIGHT = GOLD["sol_sql"][0]
FOLLOWED = GOLD["follow_up"]["sol_sql"]
RECORD = TaskRecord(
    task=0, instance_id="farm_1", database_id="farm", mode="c-interact",
    calls=(
        ToolCall(tool="ask_user", args={"question": "What is big?"}, result="Over 4 hectares."),
        ToolCall(tool="submit_sql", args={"sql": RIGHT}, result="Phase 1 correct!"),
    ),
)  # fmt: skip


@pytest.fixture
def release(tmp_path: Path) -> Path:
    row = {**TASK, "sol_sql": GOLD["sol_sql"], "follow_up": {**TASK["follow_up"], **GOLD["follow_up"]}}
    return make_release(tmp_path / "release", row)


def test_what_is_written_is_read_again(release: Path, tmp_path: Path) -> None:
    written = write_batch([RECORD], load_release(release).tasks, tmp_path / "batch")
    assert {path.name for path in written} == {SYSTEM, USER, RESULTS, "step_01.jsonl", "step_02.jsonl"}
    system = json.loads((tmp_path / "batch" / SYSTEM).read_text())
    assert (
        system["prediction_turn_1"] == "<s>What is big?</s>" and system["max_turn"] == 5 and system["final_turn"] == 2
    )
    assert json.loads((tmp_path / "batch" / RESULTS).read_text())["pred_sqls"] == [RIGHT]
    (dialogue,) = read_batch(tmp_path / "batch")
    assert dialogue.steps == (
        Step(turn=1, question="What is big?", answer="Over 4 hectares."),
        Step(turn=2, sql=RIGHT),
    )


@pytest.mark.parametrize(("said", "sql"), [
    ("<t>```sql\nSELECT 1\n```</t>", "SELECT 1"), ("```postgresql\nSELECT 2\n```", "SELECT 2"), ("<t>SELECT 3", "SELECT 3"),
    ("thinking... <t>```SELECT 4```</t> ### Turn 9", "SELECT 4"),
])  # fmt: skip
def test_sql_is_read_as_the_benchmark_reads_it(tmp_path: Path, said: str, sql: str) -> None:
    write_lines(tmp_path / SYSTEM, {"instance_id": "farm_1", "prediction_turn_1": said})
    assert [step.sql for step in read_batch(tmp_path)[0].steps] == [sql]


def test_a_batch_is_judged_with_its_debugging_chance_and_its_follow_up(release: Path, tmp_path: Path) -> None:
    turns = ["<s>big?</s>", "<t>SELECT name FROM field</t>", f"<t>{RIGHT}</t>", f"<t>{FOLLOWED}</t>"]
    row = {"instance_id": "farm_1", **{f"prediction_turn_{at}": said for at, said in enumerate(turns, start=1)}}
    (tmp_path / "batch").mkdir()
    write_lines(tmp_path / "batch" / SYSTEM, row)
    out = tmp_path / "run"
    counts = import_batch(tmp_path / "batch", release, out, ground_truth=None, world=WorldOptions(), environment={})
    (task,) = read_tasks(out)
    assert counts.played == 1 and task.rewards == {1: 0.5, 2: 0.3} and task.submissions == {1: 2, 2: 1}
    assert [message.split("\n")[0] for message in task.messages[1:]] == [
        "Your SQL is not correct. You have one more chance. Please fix and call submit_sql.",
        "Phase 1 is complete. Here is a follow-up question:",
    ]


def test_another_file_or_task_is_one_line(release: Path, tmp_path: Path) -> None:
    write_lines(tmp_path / SYSTEM, {"instance_id": "barn_1"})
    with pytest.raises(RunError, match="speaks of 'barn_1'"):
        import_batch(tmp_path, release, tmp_path / "run", ground_truth=None, world=WorldOptions(), environment={})
    write_lines(tmp_path / SYSTEM, "[]")
    with pytest.raises(RunError, match="line 1: no task"):
        read_batch(tmp_path)
