"""Several processes answer the dialogues of one run, each with its own index; the process that began the run writes its folder."""

from __future__ import annotations

import asyncio
import multiprocessing
import signal
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import cast

from agent.config import Config
from agent.llm import CassetteOptions, open_llm
from eval.datasets import Dataset
from eval.progress import Progress
from eval.records import AloneRecord, RunError, TurnRecord
from eval.runs.experiment import Experiment
from eval.runs.interrupts import interrupts_held
from eval.runs.runner import Runner
from eval.runs.scheduling import quiet_gc
from eval.runs.store import RunStore
from eval.runs.units import Unit, WaitingUnits, units_left
from nodes.llm.messages import EndpointError
from value_index.errors import TurnSQLError


@dataclass(frozen=True)
class Order:
    """What every worker is told at its start."""

    dataset: Dataset
    config: Config
    experiment: Experiment
    concurrency: int
    """Turns in flight at once, of one worker."""
    environment: Mapping[str, str]
    cassette: CassetteOptions | None = None
    knowledge: tuple[Path, ...] = ()
    """Files of what is known about the databases."""


@dataclass(frozen=True)
class Done:
    """A worker's message: a turn that is answered."""

    unit: int
    record: TurnRecord
    alone: tuple[AloneRecord, ...]


@dataclass(frozen=True)
class Stopped:
    """A worker's message: why it cannot go on, and whether the endpoint is to blame."""

    reason: str
    is_endpoint: bool


@dataclass
class Worker:
    """A process that answers units, as its employer sees it."""

    process: BaseProcess | None
    """None for a worker that somebody else ends."""
    connection: Connection
    held: dict[int, Unit] = field(default_factory=dict[int, Unit])
    """Units that it was given and that are not whole yet, by their number."""


def answer_by_workers(crew: Sequence[Worker], order: Order, store: RunStore) -> str | None:
    """Answer every turn that the store does not have yet; return why it ended early where the endpoint is dead.

    A worker that ends is left, and what it had not finished goes to the others.

    Args:
        crew: the processes, see crew_of.
        order: what they were told; its concurrency is that of all of them together.
        store: the run, which this process alone writes.

    Raises:
        RunError: No worker is left.
        TurnSQLError: A worker could not begin.
    """
    units = units_left(order.dataset, order.experiment.history, store.done)
    with Progress("turns", total=order.dataset.turns, done=len(store.done)) as progress:
        at_once = -(-order.concurrency // len(crew))
        return Employer(list(crew), WaitingUnits(units), at_once, store, progress).run()


@dataclass
class Employer:
    """Hands units out and writes what comes back."""

    crew: list[Worker]
    waiting: WaitingUnits
    """Units that no worker has."""
    at_once: int
    """Units that a worker has at once."""
    store: RunStore
    progress: Progress

    def run(self) -> str | None:
        """Return why the endpoint ended the run early; None if every turn is written.

        Raises:
            RunError: No worker is left, or one could not begin.
        """
        while True:
            for worker in self.crew:
                self._supply(worker)
            if not self.waiting and not any(worker.held for worker in self.crew):
                return None
            if not self.crew:
                raise RunError(
                    "every worker process ended before the last turn: go on with --resume, and fewer --workers"
                )
            by_connection = {worker.connection: worker for worker in self.crew}
            for connection in wait(list(by_connection)):
                worker = by_connection[cast(Connection, connection)]
                try:
                    message = worker.connection.recv()
                except (EOFError, OSError):
                    self._leave(worker)
                    continue
                if isinstance(message, Stopped):
                    if not message.is_endpoint:
                        raise RunError(message.reason)
                    return message.reason
                self._write(worker, cast(Done, message))

    def _supply(self, worker: Worker) -> None:
        while self.waiting and len(worker.held) < self.at_once:
            unit = self.waiting.take()
            worker.held[unit.number] = unit
            with suppress(OSError):  # it has ended: that shows when its answer is read
                worker.connection.send(unit)

    def _write(self, worker: Worker, done: Done) -> None:
        self.store.append(done.record, done.alone)
        self.progress.advance()
        left = worker.held[done.unit].after(done.record)
        if left.turns:
            worker.held[done.unit] = left
        else:
            del worker.held[done.unit]

    def _leave(self, worker: Worker) -> None:
        self.waiting.give_back(worker.held.values())
        self.crew.remove(worker)
        worker.connection.close()


@contextmanager
def crew_of(workers: int, order: Order) -> Generator[Sequence[Worker]]:
    """Start so many workers, and end them whatever happens.

    Args:
        order: what they are told; its concurrency is that of all of them together.
    """
    order = replace(order, concurrency=-(-order.concurrency // workers))
    # Not forked: a copied process would share locks, threads and open databases with this one.
    context = multiprocessing.get_context("spawn")
    crew: list[Worker] = []
    try:
        for _ in range(workers):
            ours, theirs = context.Pipe()
            process = context.Process(target=work, args=(theirs, order), daemon=True)
            with interrupts_held():
                process.start()
            theirs.close()  # else the end of the worker would not show
            crew.append(Worker(process, ours))
        yield crew
    finally:
        for worker in crew:
            worker.connection.close()
        for process in [worker.process for worker in crew if worker.process]:
            process.terminate()
            process.join()


def work(connection: Connection, order: Order) -> None:
    """Answer what the connection gives until it is closed: the main function of a worker."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that began the run ends its workers
    try:
        order.dataset.open_databases()
        with quiet_gc():
            asyncio.run(_work(connection, order))
    except (EOFError, ConnectionError):  # nobody is left to answer
        pass
    except TurnSQLError as error:
        with suppress(OSError):  # the run was refused before it began
            connection.send(Stopped(str(error), is_endpoint=False))


async def _work(connection: Connection, order: Order) -> None:
    runner, given = (
        Runner.build(order.dataset, order.config, order.experiment, order.knowledge),
        _GivenUnits(connection),
    )

    def written(unit: Unit, record: TurnRecord, alone: Iterable[AloneRecord]) -> None:
        connection.send(Done(unit.number, record, tuple(alone)))

    await asyncio.to_thread(connection.poll, None)  # a recording is not touched before there is something to answer
    async with open_llm(order.config.endpoint, order.environment, order.cassette) as llm:
        try:
            await replace(runner, llm=llm).answer(given, written, order.concurrency)
        except EndpointError as error:
            connection.send(Stopped(str(error), is_endpoint=True))


class _GivenUnits:
    """Units that come over a connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._turn = asyncio.Lock()

    async def take(self) -> Unit | None:
        """Return the next unit; see Units."""
        async with self._turn:
            return await asyncio.to_thread(self._connection.recv)
