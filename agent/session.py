"""A conversation over one database, kept turn by turn in LangGraph's SQLite checkpointer."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path
from typing import Any

import aiosqlite
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from langgraph.types import StateSnapshot
from pydantic import ValidationError

from agent.answer import Answer, answer, answer_of
from agent.config import Config, ExecutionSettings
from agent.graph import Choose, Graph, build_graph, run_state
from agent.storage.checkpoint_format import PlainSerializer
from agent.storage.thread_lock import thread_lock
from agent.traces import turn_facts, turn_span
from nodes.node import Context
from nodes.state import GraphState, Turn
from value_index.errors import TurnSQLError, reason

CHECKPOINT_TABLES = {"checkpoints", "writes"}
"""What LangGraph's SQLite checkpointer keeps in its file."""


class SessionError(TurnSQLError):
    """A thread that cannot be continued, or a store that cannot be used."""


class Session:
    """One thread of a store; what was answered is kept, and a killed process loses at most the turn it was in."""

    def __init__(self, graph: Graph, context: Context, config: Config, *, store: Path, thread: str) -> None:
        self.context = context
        self.state: GraphState | None = None
        """The latest turn with every stage's output; None before the first."""
        self._graph = graph
        self._config = config
        self._name = thread
        self._store = store
        self._thread: RunnableConfig = {
            "configurable": {"thread_id": thread},
            "metadata": {"database": context.database.address},
        }

    @property
    def turns(self) -> tuple[Turn, ...]:
        """What was asked so far, and the SQL that answered it."""
        return _turns(self.state)

    async def ask(self, question: str, *, choose: Choose | None = None) -> Answer:
        """Answer the next question of the conversation and keep the turn.

        Args:
            choose: asks the user which of two readings is meant, where they stay close; None takes the likelier one.
        """
        with _store_errors(self._store, (sqlite3.Error,)):
            given = await answer(
                self._graph,
                self.context,
                question,
                turn_id=f"{self._name}/{len(self.turns)}",
                history=self.turns,
                execution=self._config.execution,
                thread=self._thread,
                choose=choose,
                tracing=self._config.graph.tracing,
            )
        self.state = given.state
        return given

    async def latest(self) -> Answer | None:
        """Return the latest turn with its SQL run anew: a thread keeps no rows. None before the first."""
        return answer_of(self.state, self.context, self._config.execution) if self.state else None

    async def replace(self, state: GraphState) -> Answer:
        """Answer the latest turn again from a state whose plan a person gave; the new turn takes its place in the thread."""
        with (
            _store_errors(self._store, (sqlite3.Error,)),
            turn_span(self.context, state.utterance, self._name) as note,
        ):
            self.state = await run_state(
                self._graph, self.context, state, thread=self._thread, tracing=self._config.graph.tracing
            )
            given = answer_of(self.state, self.context, self._config.execution)
            note(turn_facts(self.state, given.result))
        return given

    @property
    def execution(self) -> ExecutionSettings:
        """What running the SQL of an answer may cost."""
        return self._config.execution

    async def undo(self) -> None:
        """Forget the latest turn: the thread goes back to the checkpoint before it."""
        kept = self.turns[:-1]
        # Read to its end: a generator left half-way would hold a cursor of a connection that closes before it.
        with self._reading():
            snapshots = [snapshot async for snapshot in self._graph.aget_state_history(self._thread)]
        for snapshot in snapshots:
            state = self._read(snapshot)
            if _turns(state) == kept:
                # A copy of the old checkpoint becomes the newest one.
                await self._graph.aupdate_state({**self._thread, **snapshot.config}, None, as_node="__copy__")
                self.state = state
                return
        await self._graph.checkpointer.adelete_thread(self._name)  # type: ignore[union-attr]
        self.state = None

    async def load(self) -> None:
        """Take up the thread where it stands.

        Raises:
            SessionError: it belongs to another database, or another version of TurnSQL kept it.
        """
        with self._reading():
            snapshot = await self._graph.aget_state(self._thread)
            if snapshot.values:
                await self._check()
        database = self.context.database.address
        kept_for = (snapshot.metadata or {}).get("database", database)
        if kept_for != database:
            raise SessionError(
                f"thread {self._name!r} is a conversation over {kept_for}: "
                "continue it with that --db, or start another with a new --thread"
            )
        self.state = self._read(snapshot)

    async def _check(self) -> None:
        """Look at what LangGraph reads again when the next turn is kept, so that damage is found before a question is asked.

        Raises:
            ValueError, LookupError, TypeError: it is not what LangGraph writes.
        """
        saved: Any = await self._graph.checkpointer.aget_tuple(self._thread)  # type: ignore[union-attr]
        for step in (saved.metadata["step"], *saved.checkpoint["channel_versions"].values()):
            int(str(step).split(".")[0])

    @contextmanager
    def _reading(self) -> Generator[None]:
        """Say in one line that the thread cannot be read: a store is a file, and files are cut and flipped."""
        try:
            with _store_errors(self._store, (sqlite3.Error,)):
                yield
        except (
            ValueError,
            LookupError,
            TypeError,
            AttributeError,
            NotImplementedError,
            EOFError,
            RecursionError,
        ) as error:
            raise SessionError(f"thread {self._name!r} is damaged: start another with a new --thread") from error

    def _read(self, snapshot: StateSnapshot) -> GraphState | None:
        try:
            return GraphState.model_validate(snapshot.values) if snapshot.values else None
        except ValidationError as error:
            raise SessionError(
                f"thread {self._name!r} was kept by another version of TurnSQL: start another with a new --thread"
            ) from error


@asynccontextmanager
async def open_session(config: Config, context: Context, *, store: Path, thread: str) -> AsyncGenerator[Session]:
    """Open a thread of a store, made where it is not there yet.

    Raises:
        SessionError: the store is no SQLite file, cannot be written, or the thread belongs to another database.
        ThreadBusyError: another chat has the thread open.
    """
    for node in config.settings.values():
        node.prepare(context)
    async with open_store(store) as checkpointer:
        graph = build_graph(
            config.nodes(),
            max_attempts=config.graph.max_attempts,
            checkpointer=checkpointer,
            clarify=config.clarify,
            refuse=config.refused,
        )
        session = Session(graph, context, config, store=store, thread=thread)
        with thread_lock(store, thread):
            await session.load()
            yield session


@asynccontextmanager
async def open_store(store: Path) -> AsyncGenerator[AsyncSqliteSaver]:
    """Open LangGraph's SQLite checkpointer on a file.

    Raises:
        SessionError: the file is no SQLite file, holds something else, or cannot be written.
    """
    with _store_errors(store):
        store.parent.mkdir(parents=True, exist_ok=True)
        _check_store(store)
        connection = await aiosqlite.connect(store)
    try:
        yield AsyncSqliteSaver(connection, serde=PlainSerializer())
    finally:
        await connection.close()


def _check_store(store: Path) -> None:
    """Refuse a file that holds something else, before anything is written into it; a new one is its owner's alone."""
    os.close(os.open(store, os.O_RDWR | os.O_CREAT, 0o600))
    with closing(sqlite3.connect(store)) as connection:
        names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if not names <= CHECKPOINT_TABLES:
        raise SessionError(f"{str(store)!r} is another program's database: give --store a file of its own")


@contextmanager
def _store_errors(
    store: Path, kinds: tuple[type[Exception], ...] = (sqlite3.Error, OSError, UnicodeError)
) -> Generator[None]:
    try:
        yield
    except kinds as error:
        raise SessionError(
            f"cannot keep conversations in {str(store)!r} ({reason(error)}): give --store FILE"
        ) from error


def _turns(state: GraphState | None) -> tuple[Turn, ...]:
    """Return the questions so far; thanks and the like between them are none."""
    if state is None or state.no_question:
        return state.history if state else ()
    return (*state.history, Turn(utterance=state.utterance, sql=state.sql or ""))
