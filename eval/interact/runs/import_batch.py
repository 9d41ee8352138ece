"""import_batch: somebody's batch files as a run: their questions stand as they are, their SQL is judged by our environment."""

from __future__ import annotations

import asyncio
import hashlib
from collections import deque
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from eval.datasets.bird_interact.release import Release, load_release
from eval.datasets.bird_interact.tasks import Task
from eval.interact.play.orchestrator import Orchestrator
from eval.interact.play.services import Service, ServiceError
from eval.interact.play.session import PlaySession
from eval.interact.runs.batch_files import SYSTEM, BatchDialogue, Step, read_batch
from eval.interact.runs.play_task import begin_task
from eval.interact.runs.record import TaskRecord
from eval.interact.runs.run import InteractCounts
from eval.interact.runs.task_store import TaskStore
from eval.interact.runs.worlds import World, WorldOptions, open_world
from eval.provenance import commit, versions
from eval.records import Manifest, RunError


def import_batch(
    batch: Path,
    data: Path,
    out: Path,
    *,
    ground_truth: Path | None,
    world: WorldOptions,
    environment: Mapping[str, str],
) -> InteractCounts:
    """Judge the submissions of a batch, by phases and debugging chances, and write a run.

    Raises:
        TurnSQLError: a file is missing or malformed, or speaks of a task that the release does not have.
    """
    release = load_release(data, ground_truth)
    places = {task.instance_id: place for place, task in enumerate(release.tasks)}
    dialogues = read_batch(batch)
    if unknown := [each.instance_id for each in dialogues if each.instance_id not in places]:
        raise RunError(f"{batch / SYSTEM} speaks of {unknown[0]!r}, which {data} does not have")
    store = TaskStore.open(out, _manifest(batch, release, world), (), resume=False)
    try:
        records = asyncio.run(_judged(dialogues, release, places, world, environment))
        for record in records:
            store.append(record, [])
    finally:
        store.close()
    errors = [record.error for record in records if record.error]
    return InteractCounts(len(records) - len(errors), 0, len(errors), next(iter(errors), None))


async def _judged(
    dialogues: list[BatchDialogue],
    release: Release,
    places: Mapping[str, int],
    options: WorldOptions,
    environment: Mapping[str, str],
) -> list[TaskRecord]:
    async with open_world(options, release, environment) as world:
        return [
            await _one(each, places[each.instance_id], release.tasks[places[each.instance_id]], world)
            for each in dialogues
        ]


async def _one(dialogue: BatchDialogue, place: int, task: Task, world: World) -> TaskRecord:
    steps = deque(dialogue.steps)
    session = PlaySession(
        task.instance_id, "c-interact", environment=world.environment, user=_Heard(steps, world.user),
        budget=None, turns=max(task.max_turns, len(steps)),
    )  # fmt: skip
    await begin_task(world, task, session.mode)
    orchestrator = Orchestrator(session, task.amb_user_query)
    sent, message = list[str](), orchestrator.first()
    error = None
    try:
        while message:
            sent.append(message)
            await _play(session, steps)
            message = orchestrator.after_run()
    except ServiceError as fault:
        error = str(fault)
    await world.environment.post("/cleanup_task", {"task_id": task.instance_id})
    return TaskRecord(
        task=place, instance_id=task.instance_id, database_id=task.selected_database, mode=session.mode,
        category=task.category, has_follow_up=task.follow_up is not None, messages=tuple(sent), calls=tuple(session.calls),
        passed=dict(session.passed), submissions=dict(session.submissions), rewards=dict(session.rewards), error=error,
    )  # fmt: skip


async def _play(session: PlaySession, steps: deque[Step]) -> None:
    """Do what the batch did up to its next submission; a batch that ends before one has given up."""
    session.last_submitted = ""
    while steps:
        if not steps[0].question:
            await session.use("submit_sql", sql=steps.popleft().sql or "SELECT NULL")
            return
        await session.use("ask_user", question=steps[0].question)


class _Heard:
    """The user of a batch: says what was said, and hears of phases as any does."""

    def __init__(self, steps: deque[Step], user: Service) -> None:
        self._steps, self._user = steps, user

    async def post(self, path: str, payload: Mapping[str, Any]) -> dict[str, Any]:
        """Return the answer; see Service."""
        return {"answer": self._steps.popleft().answer} if path == "/ask" else await self._user.post(path, payload)

    async def get(self, path: str) -> dict[str, Any]:
        """Return the answer of a path that is only read; see Service."""
        return await self._user.get(path)


def _manifest(batch: Path, release: Release, world: WorldOptions) -> Manifest:
    content = (batch / SYSTEM).read_bytes()
    described = {**world.described, "user_simulator": "as recorded"}
    return Manifest(
        dataset="bird_interact", split=release.kind, dialogues=f"0:{len(release.tasks)}", history="predicted",
        rows_sha256="", config_sha256="", commit=commit(), versions=versions(), data=str(release.folder),
        predictions=batch.name, predictions_sha256=hashlib.sha256(content).hexdigest(),
        interaction={"mode": "c-interact", "release": release.kind, **described},
    )  # fmt: skip
