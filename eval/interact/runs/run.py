"""run_interact: play the tasks of a release with the project's agent, and write down everything that happens."""

from __future__ import annotations

import asyncio
import hashlib
import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any

from agent.config import DEFAULT, Config
from agent.llm import CassetteOptions, open_llm
from eval.datasets import DataError
from eval.datasets.bird_interact import bird_interact
from eval.interact.play import messages
from eval.interact.play.orchestrator import Orchestrator
from eval.interact.play.player import Game, Player
from eval.interact.play.services import ServiceError
from eval.interact.play.session import ModeName, PlaySession
from eval.interact.play.shown import Shown
from eval.interact.release import Release, load_release
from eval.interact.runs.record import TaskRecord
from eval.interact.runs.task_store import TaskStore
from eval.interact.runs.worlds import World, WorldOptions, open_world
from eval.interact.tasks import Task
from eval.progress import Progress
from eval.provenance import commit, versions
from eval.records import Manifest, RunError, TurnRecord
from eval.runs.input_hashes import weights_sha256
from eval.runs.isolated_stages import Failure, attempt
from eval.runs.turn_record import turn_record
from eval.turn_key import TurnKey
from nodes.llm.messages import EndpointError
from nodes.state import GraphState
from value_index.schema import Dialect

MODES: Mapping[str, ModeName] = {"c": "c-interact", "a": "a-interact"}
NAMES: Mapping[Dialect, str] = {"postgres": "PostgreSQL", "sqlite": "SQLite"}
"""Dialects as the orchestrator's messages call them."""


@dataclass(frozen=True)
class InteractOptions:
    """What the command line asks for."""

    data: Path
    out: Path
    mode: str
    """`c` or `a`."""
    world: WorldOptions
    ground_truth: Path | None = None
    config: Path | None = None
    """The embedded default where absent."""
    nodes: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()
    """Ids of the only tasks to play; all where empty."""
    management: bool = False
    """Whether tasks that change their database are played."""
    concurrency: int = 1
    resume: bool = False
    cassette: CassetteOptions | None = None
    environment: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True)
class InteractCounts:
    """How a run ended."""

    played: int
    kept: int
    not_run: int
    first_error: str | None
    stopped: str | None = None
    """Why the run ended before its last task: an endpoint is dead, and --resume goes on."""

    def describe(self) -> str:
        """Say it in one line."""
        kept = f" ({self.kept} kept from before)" if self.kept else ""
        return f"{self.played + self.kept} tasks played{kept}, {self.not_run} not run"


def run_interact(options: InteractOptions) -> InteractCounts:
    """Write the records of a run.

    Raises:
        TurnSQLError: bad data, configuration or run folder; nothing is half-written.
    """
    config = Config.load(options.config or DEFAULT, overrides=options.nodes)
    release = load_release(options.data, options.ground_truth)
    tasks = chosen_tasks(release, options)
    manifest = _manifest(release, tasks, config, options)
    store = TaskStore.open(options.out, manifest, (), resume=options.resume)
    try:
        with tempfile.TemporaryDirectory(prefix="turnsql-interact-") as folder:
            return asyncio.run(_play_all(release, tasks, config, options, store, Path(folder)))
    finally:
        store.close()


def chosen_tasks(release: Release, options: InteractOptions) -> list[tuple[int, Task]]:
    """Return the tasks to play with their places in the release.

    Raises:
        RunError: there is none.
    """
    wanted = set(options.tasks)
    if unknown := wanted - {task.instance_id for task in release.tasks}:
        raise RunError(f"{release.folder} has no task {min(unknown)!r}")
    found = [
        (place, task)
        for place, task in enumerate(release.tasks)
        if (not wanted or task.instance_id in wanted)
        and (options.management or all(phase.category == "Query" for phase in task.phases))
    ]
    if not found:
        raise RunError(f"no task of {release.folder} is left: those that change their database need --management")
    return found


async def _play_all(
    release: Release,
    tasks: Sequence[tuple[int, Task]],
    config: Config,
    options: InteractOptions,
    store: TaskStore,
    folder: Path,
) -> InteractCounts:
    left = [(place, task) for place, task in tasks if place not in store.done]
    kept, errors = len(tasks) - len(left), list[str]()
    stopped: str | None = None
    gate = asyncio.Semaphore(max(1, options.concurrency))
    async with (
        open_llm(config.endpoint, options.environment, options.cassette) as llm,
        open_world(options.world, release, options.environment, options.cassette) as world,
    ):
        player = Player(config, folder, llm)
        table = _Table(world, release, player, MODES[options.mode])
        with Progress("tasks", total=len(tasks), done=kept) as progress:

            async def one(place: int, task: Task) -> None:
                async with gate:
                    record, turns = await table.play(place, task)
                    store.append(record, turns)
                    errors.extend([record.error] if record.error else [])
                    progress.advance()

            try:
                await _together([one(place, task) for place, task in left])
            except EndpointError as error:
                stopped = str(error)
    return InteractCounts(len(left) - len(errors), kept, len(errors), next(iter(errors), None), stopped)


async def _together(work: Sequence[Any]) -> None:
    """Await all; where one ends the run, nothing is written after it."""
    tasks = [asyncio.create_task(each) for each in work]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@dataclass(frozen=True)
class _Table:
    """Where tasks are played."""

    world: World
    release: Release
    player: Player
    mode: ModeName

    async def play(self, place: int, task: Task) -> tuple[TaskRecord, list[TurnRecord]]:
        """Play a task to its end; a fault of its own leaves a record that says so."""
        started = perf_counter()
        budget = task.budget() if self.mode == "a-interact" else None
        session = PlaySession(
            task.instance_id, self.mode, environment=self.world.environment, user=self.world.user,
            budget=budget, turns=task.max_turns,
        )  # fmt: skip
        sent: list[str] = []
        found = await attempt(self._conversation(session, task, sent))
        if isinstance(found, Failure):
            return self._record(place, task, session, sent, "", found.message, started), []
        game, response, spent = found
        turns = self._turns(place, task, game, started)
        asked = tuple(each for state in game.states.values() for each in state.asked)
        record = self._record(place, task, session, sent, response, None, started)
        more = {"asked": asked, "turns": len(turns), "environment_spent": spent}
        return record.model_copy(update=more), turns

    async def _conversation(self, session: PlaySession, task: Task, sent: list[str]) -> tuple[Game, str, float | None]:
        await begin_task(self.world, task, self.mode)
        dialect = self.world.dialect(task)
        key = {"task_id": task.instance_id}
        if self.mode == "a-interact":
            game = self.player.begin(session, Shown(schema_text=""), dialect)
            budget = session.ledger.budget or 0.0
            sent.append(messages.first_of_agent(task.selected_database, task.instance_id, task.amb_user_query, budget))
            response = await self.player.play(game, sent[-1])
        else:
            schema = await self.world.environment.post("/schema", key)
            knowledge = await self.world.environment.post("/knowledge", key)
            shown = Shown(schema_text=schema.get("schema", ""), knowledge=knowledge.get("knowledge", ""))
            game = self.player.begin(session, shown, dialect)
            orchestrator = Orchestrator(session, task.amb_user_query, NAMES.get(dialect, "PostgreSQL"))
            message, response = orchestrator.first(), ""
            while message:
                sent.append(message)
                response = await self.player.play(game, message)
                message = orchestrator.after_run()
        spent = await self.world.spent(task.instance_id) if self.mode == "a-interact" else None
        await self.world.environment.post("/cleanup_task", key)
        return game, response, spent

    def _record(
        self,
        place: int,
        task: Task,
        session: PlaySession,
        sent: list[str],
        response: str,
        error: str | None,
        start: float,
    ) -> TaskRecord:
        return TaskRecord(
            task=place, instance_id=task.instance_id, database_id=task.selected_database, mode=self.mode,
            category=task.category, has_follow_up=task.follow_up is not None, messages=tuple(sent),
            calls=tuple(session.calls), response=response, passed=dict(session.passed),
            submissions=dict(session.submissions), rewards=dict(session.rewards), budget=session.ledger.budget,
            spent=session.ledger.spent, timing={"ms": (perf_counter() - start) * 1000}, error=error,
        )  # fmt: skip

    def _turns(self, place: int, task: Task, game: Game, started: float) -> list[TurnRecord]:
        """Return a turn for each phase, as any run has them; one that was not reached has no SQL."""
        nodes, ms = self.player.config.nodes(), (perf_counter() - started) * 1000
        texts = {1: task.amb_user_query, 2: task.follow_up.query if task.follow_up else ""}
        turns: list[TurnRecord] = []
        for phase in range(1, len(task.phases) + 1):
            key = TurnKey(place, phase - 1)
            state = game.states.get(phase) or GraphState(
                turn_id=str(key), database_id=task.selected_database, utterance=texts[phase]
            )
            turns.append(turn_record(key, task.selected_database, state, nodes, history="predicted", ms=ms))
        return turns


async def begin_task(world: World, task: Task, mode: ModeName) -> None:
    """Begin a task at both services.

    Raises:
        ServiceError: one of them does not.
    """
    payload = {"task_id": task.instance_id, "task_data": {**task.record, "_interact_mode": mode}}
    for service in (world.environment, world.user):
        answer = await service.post("/init_task", payload)
        if answer.get("status") != "ok":
            raise ServiceError(f"/init_task of {task.instance_id}: {json.dumps(answer)[:200]}")


def _manifest(
    release: Release, tasks: Sequence[tuple[int, Task]], config: Config, options: InteractOptions
) -> Manifest:
    """Say where the figures of a run will come from; the user simulator is part of them."""
    start, stop = min(place for place, _ in tasks), max(place for place, _ in tasks) + 1
    interaction = {"mode": MODES[options.mode], "release": release.kind, **options.world.described}
    return Manifest(
        dataset="bird_interact",
        split=release.kind,
        dialogues=f"{start}:{stop}",
        history="predicted",
        rows_sha256=_rows_sha256(release, start, stop),
        config_sha256=config.sha256,
        commit=commit(),
        versions=versions(),
        data=str(options.data),
        turns=sum(len(task.phases) for _, task in tasks),
        config=config.canonical(),
        settings_sha256=_sha256([interaction, [task.instance_id for _, task in tasks]]),
        weights_sha256=weights_sha256(config.nodes()),
        interaction=interaction,
    )


def _rows_sha256(release: Release, start: int, stop: int) -> str:
    """Return the hash by which `eval score` knows the release again; of one without gold, that of its tasks."""
    try:
        return bird_interact(release.folder, release.kind).select(start, stop).rows_sha256
    except DataError:
        return _sha256([task.model_dump(mode="json") for task in release.tasks[start:stop]])


def _sha256(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
