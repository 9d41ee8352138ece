"""judge: whether a submission solves a phase, by the benchmark's rules, on a fresh copy of its database."""

from __future__ import annotations

from typing import Literal

from eval.datasets.bird_interact.tasks import Phase, Task
from eval.interact.judge.cases import run_test_cases
from eval.interact.judge.sandbox import Sandbox
from eval.scoring.verdicts.interact import interact, stripped
from value_index.models import FrozenModel

Reason = Literal["right", "wrong", "error", "timeout", "gold fails", "test case fails", "management is off"]


class Judgement(FrozenModel):
    """What the judge says of a submission."""

    passed: bool
    reason: Reason
    """`gold fails` and `test case fails` are faults of the task or of this machine, not of the submission."""
    detail: str = ""
    """What the database or the test case said; shown to the agent only where its own SQL does not run."""

    @property
    def runs(self) -> bool:
        """Whether the submission could be executed."""
        return self.reason not in ("error", "timeout", "management is off")


def judge(sandbox: Sandbox, phase: Phase, sql: str, *, management: bool = False) -> Judgement:
    """Judge a submission; the sandbox is where the phase starts before and afterwards.

    Args:
        sandbox: the task's copy.
        phase: the request with its gold.
        sql: one text of one or more statements.
        management: whether tasks that change the database are run at all: their test cases are the benchmark's Python.
    """
    writes = phase.category == "Management"
    if writes and not management:
        return Judgement(passed=False, reason="management is off")
    if not phase.sol_sql:
        return Judgement(passed=False, reason="gold fails", detail="the task has no gold")
    sandbox.reset()
    try:
        if writes and phase.test_cases:
            return _by_test_cases(sandbox, phase, sql)
        return _by_rows(sandbox, phase, sql, writes=writes)
    finally:
        sandbox.reset()


def prepare(sandbox: Sandbox, task: Task) -> None:
    """Run what a task wants to be run before it is evaluated, and let its first phase start from there."""
    if task.preprocess_sql:
        sandbox.execute(task.preprocess_sql, writes=True)
        sandbox.keep()


def keep_phase(sandbox: Sandbox, task: Task, sql: str) -> None:
    """Let the follow-up start from the database as the right submission left it."""
    sandbox.reset()
    if task.category == "Management" or task.clean_up_sql:
        sandbox.execute([sql] if task.category == "Management" else [], writes=True)
        sandbox.execute(task.clean_up_sql, writes=True)
        sandbox.keep()


def _by_rows(sandbox: Sandbox, phase: Phase, sql: str, *, writes: bool) -> Judgement:
    """Run the submission as it is, then both sides as they are compared, one after the other."""
    ran = sandbox.execute([sql], writes=writes)
    if not ran.ok:
        return Judgement(passed=False, reason="timeout" if ran.timed_out else "error", detail=ran.error)
    ours = sandbox.execute([stripped(sql)], writes=writes)
    gold = sandbox.execute([stripped(statement) for statement in phase.sol_sql], writes=writes)
    if not gold.ok:
        return Judgement(passed=False, reason="gold fails", detail=gold.error or "it takes too long")
    if not ours.ok:
        return Judgement(passed=False, reason="wrong", detail=f"without DISTINCT and ROUND: {ours.error or 'too slow'}")
    equal = interact(gold.rows or (), ours.rows or (), ordered=phase.conditions.order)
    return Judgement(passed=equal, reason="right" if equal else "wrong")


def _by_test_cases(sandbox: Sandbox, phase: Phase, sql: str) -> Judgement:
    found = run_test_cases(sandbox.recipe, phase, sql, sandbox.name)
    return Judgement(passed=found.outcome == "right", reason=found.outcome, detail=found.detail)
