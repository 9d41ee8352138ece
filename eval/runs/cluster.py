"""answer_on_cluster: the dialogues of a run, mapped over the actors of a Ray cluster; the driver writes the run folder."""

from __future__ import annotations

import os
import socket
from collections.abc import Generator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field, replace
from importlib import import_module
from typing import Any

from agent.llm import open_llm
from eval.progress import Progress
from eval.records import AloneRecord, RunError, TurnRecord
from eval.runs.runner import Runner
from eval.runs.scheduling import quiet_gc
from eval.runs.store import RunStore
from eval.runs.units import ListedUnits, Unit, WaitingUnits, units_left
from eval.runs.workers import Done, Order, Stopped
from nodes.llm.messages import EndpointError
from value_index.errors import TurnSQLError

PATIENCE = 300.0
"""Seconds without any actor, after which the cluster is given up."""
CONNECTING = 10.0
"""Seconds to reach a cluster."""
MOST_DEATHS = 20
"""Actors that may end one after the other without an answer between them, beyond all that there are at once."""


class Answerer:
    """An actor: a process of the cluster with its own planner and index, which answers one unit or several at once."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self._runner: Runner | None = None
        self._stack = AsyncExitStack()

    async def ready(self) -> Stopped | None:
        """Open what answering needs; return why it cannot begin."""
        order = self._order
        try:
            order.dataset.open_databases()
            runner = Runner.build(order.dataset, order.config, order.experiment, order.knowledge)
            self._stack.enter_context(quiet_gc())
            llm = await self._stack.enter_async_context(open_llm(order.config.endpoint, order.environment))
            self._runner = replace(runner, llm=llm)
        except TurnSQLError as error:
            return Stopped(str(error), is_endpoint=False)
        return None

    async def answer(self, unit: Unit) -> list[Done] | Stopped:
        """Answer the turns of a unit; return why not where the endpoint is dead or something cannot be opened."""
        assert self._runner, "ready comes first"
        found: list[Done] = []

        def written(unit: Unit, record: TurnRecord, alone: Any) -> None:
            beside: tuple[AloneRecord, ...] = tuple(alone)
            found.append(Done(unit.number, record, beside))

        try:
            await self._runner.answer(ListedUnits([unit] if unit.turns else []), written, 1)
        except TurnSQLError as error:
            return Stopped(str(error), is_endpoint=isinstance(error, EndpointError))
        return found


@dataclass
class Hired:
    """An actor as the driver sees it."""

    actor: Any
    is_ready: bool = False
    held: dict[int, Unit] = field(default_factory=dict[int, Unit])
    """Units that it answers, by their number."""


def answer_on_cluster(ray: Any, actors: int, order: Order, store: RunStore) -> str | None:
    """Answer every turn that the store does not have yet; return why it ended early where the endpoint is dead.

    What an actor had not finished when its node died is answered by the others, and another actor is started.

    Args:
        ray: the module, connected to a cluster.
        actors: how many, each with a processor of its own.
        order: what each is told; its concurrency is that of all of them together.
        store: the run, which the driver alone writes.

    Raises:
        RunError: No actor is left, or one could not begin.
    """
    units = units_left(order.dataset, order.experiment.history, store.done)
    order = replace(order, environment=_key_alone(order))
    each = -(-order.concurrency // actors)
    with Progress("turns", total=order.dataset.turns, done=len(store.done)) as progress:
        return Driver(ray, order, actors, WaitingUnits(units), each, store, progress).run()


@contextmanager
def connected(address: str) -> Generator[Any]:
    """Join a cluster until the block ends, and yield the module of Ray.

    Args:
        address: as Ray writes it (`auto`, `HOST:6379`); `local` starts a cluster on this machine.

    Raises:
        RunError: Ray is not installed, or there is no such cluster.
    """
    ray = _load_ray()
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    alone = {"include_dashboard": False} if address == "local" else {}
    try:
        _reach(address)
        ray.init(address=address, log_to_driver=False, logging_level="ERROR", **alone)
    except (OSError, ValueError, RuntimeError) as error:
        raise RunError(f"no Ray cluster at {address!r}: {_first(error)}") from error
    try:
        yield ray
    finally:
        ray.shutdown()


def _reach(address: str) -> None:
    """Try whether anybody listens: Ray itself would wait for minutes.

    Raises:
        OSError: Nobody does.
        ValueError: The address is none.
    """
    host, colon, port = address.rpartition(":")
    if colon and "/" not in address:
        socket.create_connection((host, int(port)), timeout=CONNECTING).close()


def _load_ray() -> Any:
    """Return the module of Ray.

    Raises:
        RunError: It is not installed.
    """
    try:
        return import_module("ray")
    except ImportError:
        raise RunError("--ray needs the package ray: pip install 'turnsql[ray]'") from None


@dataclass
class Driver:
    """Hands units out to actors and writes what comes back."""

    ray: Any
    order: Order
    actors: int
    waiting: WaitingUnits
    """Units that no actor has."""
    at_once: int
    """Units that an actor has at once."""
    store: RunStore
    progress: Progress
    asked: dict[Any, tuple[Hired, Unit | None]] = field(default_factory=dict[Any, tuple[Hired, Unit | None]])
    """What was asked of whom; no unit where an actor was asked whether it is ready."""
    deaths: int = 0

    def run(self) -> str | None:
        """Return why the endpoint ended the run early; None if every turn is written.

        Raises:
            RunError: No actor is left, or one could not begin.
        """
        told = self.ray.put(self.order)  # once for all actors
        crew: list[Hired] = []
        while self.waiting or any(hired.held for hired in crew):
            while len(crew) < self.actors:
                crew.append(self._hire(told))
            for hired in crew:
                self._supply(hired)
            arrived, _ = self.ray.wait(list(self.asked), num_returns=1, timeout=PATIENCE)
            if not arrived and not any(hired.is_ready for hired in crew):
                raise RunError(f"no actor could start in {PATIENCE:.0f} s: no node has a free processor")
            for asked in arrived:
                if asked in self.asked and (stopped := self._take(asked, crew)):
                    return stopped
        return None

    def _hire(self, told: Any) -> Hired:
        kind = self.ray.remote(num_cpus=1, max_restarts=0, max_concurrency=self.at_once + 1)(Answerer)
        hired = Hired(kind.remote(told))
        self.asked[hired.actor.ready.remote()] = (hired, None)
        return hired

    def _supply(self, hired: Hired) -> None:
        while hired.is_ready and self.waiting and len(hired.held) < self.at_once:
            unit = self.waiting.take()
            hired.held[unit.number] = unit
            self.asked[hired.actor.answer.remote(unit)] = (hired, unit)

    def _take(self, asked: Any, crew: list[Hired]) -> str | None:
        """Take an answer in; return why the run ends.

        Raises:
            RunError: An actor could not begin, or one after the other ended.
        """
        hired, unit = self.asked.pop(asked)
        try:
            answer = self.ray.get(asked)
        except self.ray.exceptions.RayTaskError:
            raise  # an error of ours, which would come again elsewhere
        except self.ray.exceptions.RayError as error:
            self._leave(hired, crew, error)
            return None
        if isinstance(answer, Stopped):
            if not answer.is_endpoint:
                raise RunError(answer.reason)
            return answer.reason
        hired.is_ready = True
        if unit:
            self.deaths = 0
            del hired.held[unit.number]
            for done in answer:
                self.store.append(done.record, done.alone)
                self.progress.advance()
        return None

    def _leave(self, hired: Hired, crew: list[Hired], error: Exception) -> None:
        self.deaths += 1
        if self.deaths > MOST_DEATHS + self.actors:
            raise RunError(f"{self.deaths} actors ended without an answer between them, the last: {_first(error)}")
        crew.remove(hired)
        self.waiting.give_back(hired.held.values())
        self.asked = {ref: about for ref, about in self.asked.items() if about[0] is not hired}
        self.ray.kill(hired.actor)


def _key_alone(order: Order) -> dict[str, str]:
    """Return what an actor needs of the environment: the endpoint's key, and nothing else leaves this machine."""
    name = order.config.endpoint.key_env if order.config.endpoint else None
    return {name: order.environment[name]} if name and name in order.environment else {}


def _first(error: Exception) -> str:
    return next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
