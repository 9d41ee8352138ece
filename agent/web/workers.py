"""Workers: threads that answer turns, so that the server's own loop only carries bytes."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import AsyncGenerator, Awaitable, Callable
from concurrent.futures import Future
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from queue import SimpleQueue
from typing import Any, TypeVar, cast

from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

from agent.config import Config
from agent.graph import Graph, build_graph
from agent.llm import open_llm
from agent.session import Session, open_store
from agent.storage.thread_lock import ThreadBusyError, thread_lock
from nodes.node import Context
from value_index.knowledge.store import Knowledge

T = TypeVar("T")
LOCK_WAIT_SECONDS = 15.0
"""How long a turn waits for another process that has its thread open."""
LOCK_PAUSE_SECONDS = 0.05


@dataclass(frozen=True)
class Desk:
    """What a worker answers with: its own connection to the store, and a graph over it."""

    graph: Graph
    context: Context
    config: Config
    store: Path
    checkpointer: AsyncSqliteSaver

    @asynccontextmanager
    async def session(self, thread: str, *, locked: bool = True) -> AsyncGenerator[Session]:
        """Open a thread as it stands in the store.

        Args:
            locked: whether it is to be changed, so that nobody else may meanwhile.

        Raises:
            ThreadBusyError: another process has it open for long.
            SessionError: it belongs to another database, or is damaged.
        """
        session = Session(self.graph, self.context, self.config, store=self.store, thread=thread)
        if not locked:
            await session.load()
            yield session
            return
        lock = await self._locked(thread)
        try:
            await session.load()
            yield session
        finally:
            lock.__exit__(None, None, None)

    async def _locked(self, thread: str) -> Any:
        for _ in range(int(LOCK_WAIT_SECONDS / LOCK_PAUSE_SECONDS)):
            lock = thread_lock(self.store, thread)
            try:
                lock.__enter__()
                return lock
            except ThreadBusyError:
                await asyncio.sleep(LOCK_PAUSE_SECONDS)
        raise ThreadBusyError(f"thread {thread!r} is open elsewhere: leave it there, or take another thread")


Job = Callable[[Desk], Awaitable[Any]]


class Task:
    """A job on its way through a worker."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.future: Future[Any] = Future()
        self.stop: Callable[[], object] = self.future.cancel
        """What gives it up."""


class Workers:
    """Threads with a loop each; a turn is one thread's until it ends."""

    def __init__(self, config: Config, context: Context, store: Path, count: int) -> None:
        self._config, self._context, self._store = config, context, store
        self._tasks: SimpleQueue[Task | None] = SimpleQueue()
        self.knowledge = context.knowledge
        """What is known for the next turn."""
        self._setting_up = threading.Lock()
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(count)]

    def learn(self, more: Knowledge) -> None:
        """Put what people kept as right beside the knowledge that the server was started with, from the next turn on."""
        self.knowledge = self._with(more)

    def _with(self, more: Knowledge) -> Knowledge | None:
        known = self._context.knowledge
        if more == Knowledge():
            return known
        return more.with_more(known) if known else more

    def start(self) -> None:
        """Start the threads."""
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """End the threads once what runs has ended."""
        for _ in self._threads:
            self._tasks.put(None)
        for thread in self._threads:
            thread.join(timeout=self._config.execution.deadline + 1)

    @property
    def waiting(self) -> int:
        """Jobs that no thread has taken up yet."""
        return self._tasks.qsize()

    async def run(self, job: Callable[[Desk], Awaitable[T]]) -> T:
        """Return what a job gives; if the caller is cancelled, so is the job."""
        task = Task(job)
        self._tasks.put(task)
        try:
            return cast(T, await asyncio.wrap_future(task.future))
        except asyncio.CancelledError:
            task.stop()
            raise

    def _work(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        async with open_llm(self._config.endpoint, os.environ) as llm, open_store(self._store) as checkpointer:
            with self._setting_up:  # of several that make the tables of a new store at once, all but one are locked out
                await checkpointer.setup()
            graph = build_graph(
                self._config.nodes(),
                max_attempts=self._config.graph.max_attempts,
                checkpointer=checkpointer,
                clarify=self._config.clarify,
                refuse=self._config.refused,
            )
            # Nothing else lives in this loop while it waits for a job.
            while (task := self._tasks.get()) is not None:
                context = replace(self._context, llm=llm, knowledge=self.knowledge)
                await _done(task, Desk(graph, context, self._config, self._store, checkpointer))


async def _done(task: Task, desk: Desk) -> None:
    if not task.future.set_running_or_notify_cancel():
        return
    loop = asyncio.get_running_loop()
    running = asyncio.ensure_future(task.job(desk))
    task.stop = lambda: loop.call_soon_threadsafe(running.cancel)
    try:
        task.future.set_result(await running)
    except asyncio.CancelledError:
        task.future.set_exception(asyncio.CancelledError())
    except BaseException as error:  # noqa: BLE001 (it is the caller's)
        task.future.set_exception(error)
