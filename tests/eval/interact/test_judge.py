"""The judge follows the benchmark's rules, on copies of a database that it leaves as it was."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from eval.datasets.bird_interact.release import load_release
from eval.datasets.bird_interact.tasks import Phase, Task
from eval.interact.judge.execution import run_statements
from eval.interact.judge.figures import TaskOutcome, figures
from eval.interact.judge.judge import judge, keep_phase, prepare
from eval.interact.judge.sqlite_sandbox import SQLiteSandbox, SQLiteSandboxes, open_writable
from tests.eval.interact.farm import GOLD, MANAGEMENT, TASK, make_release

PHASE = Phase.model_validate({"sol_sql": ["SELECT name FROM field WHERE hectares > 4"]})
ORDERED = Phase.model_validate(
    {"sol_sql": ["SELECT year, tonnes FROM harvest ORDER BY tonnes"], "conditions": {"order": True}}
)
ROUNDED = Phase.model_validate({"sol_sql": ["SELECT ROUND(AVG(tonnes), 1) FROM harvest"]})


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[SQLiteSandbox]:
    release = load_release(make_release(tmp_path / "release"))
    with SQLiteSandboxes(release.sqlite_file).open("farm", "farm_1") as opened:
        yield opened


@pytest.mark.parametrize(
    ("phase", "sql", "reason"),
    [
        (PHASE, "SELECT name FROM field WHERE hectares > 4", "right"),
        (PHASE, "SELECT name FROM field WHERE hectares > 4 ORDER BY name; -- sorted", "right"),
        (PHASE, "SELECT f.name FROM field f, harvest WHERE hectares > 4", "right"),
        (PHASE, "/* big */ SELECT DISTINCT name FROM field WHERE hectares >= 4.5", "right"),
        (PHASE, "SELECT 1; SELECT name FROM field WHERE hectares > 4;", "right"),
        (PHASE, "SELECT name, hectares FROM field WHERE hectares > 4", "wrong"),
        (PHASE, "SELECT name FROM field WHERE hectares > 400", "wrong"),
        (PHASE, "SELECT nam FROM field", "error"),
        (PHASE, "DELETE FROM field", "error"),
        (PHASE, "", "wrong"),
        (ORDERED, "SELECT year, tonnes FROM harvest ORDER BY tonnes", "right"),
        (ORDERED, "SELECT year, tonnes FROM harvest ORDER BY tonnes DESC", "wrong"),
        (ORDERED, "SELECT tonnes, year FROM harvest ORDER BY tonnes", "wrong"),
        (ORDERED, "SELECT year, tonnes + 0.001 FROM harvest ORDER BY tonnes", "right"),
        (ROUNDED, "SELECT AVG(tonnes) FROM harvest", "right"),
        (ROUNDED, "SELECT 21.5", "wrong"),
        (PHASE.model_copy(update={"sol_sql": ("SELECT nothing",)}), "SELECT 1", "gold fails"),
        (Phase(), "SELECT 1", "gold fails"),
    ],
)
def test_a_submission_is_judged_by_its_rows(sandbox: SQLiteSandbox, phase: Phase, sql: str, reason: str) -> None:
    found = judge(sandbox, phase, sql)
    assert found.reason == reason, found
    assert found.passed == (reason == "right")


def test_a_statement_without_end_is_stopped(sandbox: SQLiteSandbox) -> None:
    endless = "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT COUNT(*) FROM n"
    assert sandbox.execute([endless], writes=False, deadline=0.1).timed_out


def test_management_runs_only_where_it_is_allowed(sandbox: SQLiteSandbox) -> None:
    task = Task.model_validate(MANAGEMENT)
    assert judge(sandbox, task, task.sol_sql[0]).reason == "management is off"
    assert judge(sandbox, task, task.sol_sql[0], management=True).reason == "right"
    wrong = judge(sandbox, task, "CREATE TABLE good AS SELECT name FROM field", management=True)
    assert (wrong.reason, wrong.detail[:12]) == ("wrong", "test case 1:")
    assert judge(sandbox, task, "CREATE TABLE", management=True).reason == "error"
    broken = task.model_copy(update={"test_cases": ("def test_case(*_): import no_such_module",)})
    assert judge(sandbox, broken, task.sol_sql[0], management=True).reason == "test case fails"


def test_a_follow_up_starts_from_what_the_first_phase_made(sandbox: SQLiteSandbox) -> None:
    task = Task.model_validate(MANAGEMENT)
    assert task.follow_up
    assert judge(sandbox, task.follow_up, "SELECT COUNT(*) FROM good").reason == "error"
    keep_phase(sandbox, task, task.sol_sql[0])
    assert judge(sandbox, task.follow_up, "SELECT COUNT(name) FROM good").passed
    assert sandbox.execute(["SELECT COUNT(*) FROM good"], writes=False).rows == ((2,),)


def test_what_a_task_wants_before_is_there(sandbox: SQLiteSandbox) -> None:
    prepare(sandbox, Task.model_validate({**TASK, "preprocess_sql": ["INSERT INTO field VALUES (9, 'New', 9)"]}))
    assert judge(sandbox, PHASE, "SELECT name FROM field WHERE hectares > 4").passed
    assert sandbox.execute(["SELECT COUNT(*) FROM field"], writes=False).rows == ((4,),)


def test_writing_reaches_the_copy_alone(sandbox: SQLiteSandbox, tmp_path: Path) -> None:
    file = tmp_path / "release/farm/farm.sqlite"
    before = file.read_bytes()
    assert sandbox.execute(["DELETE FROM field; INSERT INTO field VALUES (7, 'Sea', 1)"], writes=True).ok
    assert sandbox.execute(["SELECT name FROM field"], writes=False).rows == (("Sea",),)
    sandbox.reset()
    assert sandbox.execute(["SELECT COUNT(*) FROM field"], writes=False).rows == ((3,),)
    assert file.read_bytes() == before
    for attack in (f"ATTACH '{file}' AS f", f"VACUUM INTO '{tmp_path / 'leak'}'", "PRAGMA writable_schema = ON"):
        assert not sandbox.execute([attack], writes=True).ok
    assert not (tmp_path / "leak").exists()


def test_a_text_is_one_transaction(sandbox: SQLiteSandbox) -> None:
    assert not sandbox.execute(["DELETE FROM field; SELECT nonsense"], writes=True).ok
    assert sandbox.execute(["SELECT COUNT(*) FROM field"], writes=False).rows == ((3,),)
    assert sandbox.execute(["BEGIN; DELETE FROM field WHERE field_id = 1; COMMIT;"], writes=True).ok
    assert sandbox.execute(["SELECT COUNT(*) FROM field"], writes=False).rows == ((2,),)


def test_a_trigger_is_one_statement(tmp_path: Path) -> None:
    connection = open_writable(tmp_path / "x.sqlite")
    made = run_statements(
        connection,
        ["CREATE TABLE a (x); CREATE TRIGGER t AFTER INSERT ON a BEGIN DELETE FROM a; END; INSERT INTO a VALUES (1)"],
    )
    assert made.ok, made
    assert run_statements(connection, ["SELECT COUNT(*) FROM a"]).rows == ((0,),)


def test_figures_count_phases_over_all_tasks() -> None:
    def ended(number: int, phase1: bool, phase2: bool, reward: float, reachable: float = 1.0) -> TaskOutcome:
        fields: dict[str, Any] = {"phase1": phase1, "phase2": phase2, "reward": reward, "reachable": reachable}
        return TaskOutcome(instance_id=str(number), database="farm", **fields)

    outcomes = [
        ended(1, True, True, 1.0),
        ended(2, True, False, 0.5),
        ended(3, False, False, 0.0),
        ended(4, True, False, 0.7, 0.7),
    ]
    found = figures(outcomes)
    assert found
    assert (found.phase1.mean, found.phase2.mean, found.reward.mean) == (0.75, 0.25, pytest.approx(0.55))
    assert found.normalised_reward == pytest.approx(2.2 / 3.7)
    assert found.phase1.low < 0.75 < found.phase1.high
    assert figures([]) is None


def test_the_gold_of_the_farm_is_right(sandbox: SQLiteSandbox) -> None:
    phase = Phase.model_validate(GOLD["follow_up"] | {"conditions": {"order": True}})
    assert judge(sandbox, phase, phase.sol_sql[0]).passed
