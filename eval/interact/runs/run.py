"""run_interact: play the tasks of a release with the project's agent, and write down everything that happens."""

from __future__ import annotations

import asyncio
import hashlib
import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from agent.config import DEFAULT, Config
from agent.llm import CassetteOptions, open_llm
from eval.datasets import DataError
from eval.datasets.bird_interact.dialogues import bird_interact
from eval.datasets.bird_interact.release import Release, load_release
from eval.datasets.bird_interact.tasks import Task
from eval.interact.play.player import Player
from eval.interact.play.session import ModeName
from eval.interact.runs.play_task import TaskTable
from eval.interact.runs.task_store import TaskStore
from eval.interact.runs.worlds import WorldOptions, open_world
from eval.progress import Progress
from eval.provenance import commit, versions
from eval.records import Manifest, RunError
from eval.runs.input_hashes import weights_sha256
from nodes.llm.messages import EndpointError

MODES: Mapping[str, ModeName] = {"c": "c-interact", "a": "a-interact"}


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
        table = TaskTable(world, player, MODES[options.mode])
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
