"""run_oracle: the gold submitted through the services, task by task: all of it right proves the plumbing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from typing import Any

from eval.datasets.bird_interact.release import Release
from eval.datasets.bird_interact.tasks import Phase, Task
from eval.interact.judge.figures import Figures, TaskOutcome, figures
from eval.interact.judge.reward import Mode, reachable
from eval.interact.world.open import World
from value_index.models import FrozenModel


class OracleResult(FrozenModel):
    """What the gold comes to."""

    figures: Figures
    not_right: dict[str, str]
    """What was said of each task whose gold was not accepted."""
    skipped: tuple[str, ...]
    """Tasks without gold."""


def run_oracle(
    release: Release, world: World, mode: Mode, *, each: Callable[[], None] | None = None
) -> OracleResult | None:
    """Submit the gold of every task; None if no task has one.

    Args:
        world: the services over the release.
        mode: in which the tasks are begun.
        each: called after each task.
    """
    return asyncio.run(_run(release, world, mode, each or (lambda: None)))


async def _run(release: Release, world: World, mode: Mode, each: Callable[[], None]) -> OracleResult | None:
    outcomes: list[TaskOutcome] = []
    problems: dict[str, str] = {}
    async for outcome, problem in _played(release, world, mode):
        outcomes.append(outcome)
        if problem:
            problems[outcome.instance_id] = problem
        each()
    found = figures(outcomes)
    return None if found is None else OracleResult(figures=found, not_right=problems, skipped=release.without_gold)


async def _played(release: Release, world: World, mode: Mode) -> AsyncGenerator[tuple[TaskOutcome, str]]:
    for task in release.tasks:
        if not task.is_judgeable:
            continue
        head = {"task_id": task.instance_id}
        data = {"instance_id": task.instance_id, "_interact_mode": f"{mode}-interact"}
        await world.environment.handle("/init_task", {**head, "task_data": data})
        yield await _submitted(release, world, task)
        await world.environment.handle("/cleanup_task", head)


async def _submitted(release: Release, world: World, task: Task) -> tuple[TaskOutcome, str]:
    earned, right, problem = 0.0, [False, False], ""
    phases = task.phases[:1] if release.kind == "mini" else task.phases
    for place, phase in enumerate(phases):
        answer: Mapping[str, Any] = await world.environment.handle(
            "/submit", {"task_id": task.instance_id, "sql": _whole(phase)}
        )
        if not answer["passed"]:
            problem = str(answer["message"])
            break
        right[place], earned = True, earned + float(answer["reward"])
    ended = TaskOutcome(
        instance_id=task.instance_id, database=task.selected_database, phase1=right[0], phase2=right[1],
        reward=earned, reachable=reachable(task, release.kind),
    )  # fmt: skip
    return ended, problem


def _whole(phase: Phase) -> str:
    """Return the gold as one text."""
    return ";\n".join(statement.strip().rstrip(";") for statement in phase.sol_sql)
