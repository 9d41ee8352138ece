"""graph: what `langgraph.json` names, so that LangGraph's Studio opens it over the database that TURNSQL_DB names.

Studio gives a turn an utterance and nothing else, and keeps the thread itself: the graph here brings its own database, and
writes each answered question into the history of the next.
"""

# No `from __future__ import annotations`: Studio loads the file by its path, where no module's names can be looked up.

import os
from asyncio import to_thread
from collections.abc import Awaitable, Coroutine
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Protocol, TypeVar

from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from pydantic import BaseModel

from agent.config import DEFAULT, Config
from agent.context import open_context
from agent.execute import execute
from agent.steps import Step, goes_back, stands_in
from agent.storage.checkpoint_format import plain
from agent.traces import start
from nodes.intent.read_intent import no_question
from nodes.node import Context, Node
from nodes.state import STAGES, GraphState, Stage, Turn
from value_index.errors import TurnSQLError
from value_index.render import json_rows

T = TypeVar("T")
DATABASE = "TURNSQL_DB"
CONFIG = "TURNSQL_CONFIG"


class StudioInput(BaseModel):
    """What Studio asks for."""

    utterance: str
    """The question."""


class StudioState(GraphState):
    """A turn with the rows of its SQL, which Studio cannot run by itself."""

    turn_id: str = ""
    database_id: str = ""
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Any, ...], ...] = ()
    message: str = ""


StudioGraph = CompiledStateGraph[StudioState, None, StudioInput, StudioState]


class Run(Protocol):
    """The shape of a node."""

    def __call__(self, state: StudioState) -> Awaitable[dict[str, Any]]:
        """Return the fields that change, as plain data: Studio's own checkpointer knows none of our classes."""
        ...


async def graph() -> StudioGraph:
    """Return the graph over the database of the environment.

    Raises:
        TurnSQLError: TURNSQL_DB names none, or it cannot be opened.
    """
    start(os.environ)
    address = os.environ.get(DATABASE, "").strip()
    if not address:
        raise TurnSQLError(f"set {DATABASE} to the address of a database")
    return await to_thread(_opened, address, os.environ.get(CONFIG) or str(DEFAULT))


@lru_cache(maxsize=4)
def _opened(address: str, path: str) -> StudioGraph:
    """Open a database once: Studio asks for the graph at every request."""
    config = Config.load(Path(path))
    for variant in config.settings.values():
        if variant.costly:
            raise TurnSQLError(
                f"{path}: Studio's graph asks no language model; take a configuration without an endpoint"
            )
    context = open_context([address], config.knowledge, config.match_descriptions)
    for node in config.settings.values():
        node.prepare(context)
    return studio_graph(config, context)


def studio_graph(config: Config, context: Context) -> StudioGraph:
    """Assemble the stages of an agent into a graph that needs nothing but an utterance."""
    nodes, attempts = config.nodes(), config.graph.max_attempts
    builder = StateGraph(StudioState, input_schema=StudioInput)
    builder.add_node("begin", _begin(config, context))
    for stage in STAGES:
        builder.add_node(stage, _stage(stage, nodes[stage], context, attempts))
    builder.add_node("execute", _execute(config, context))
    builder.add_edge(START, "begin")
    builder.add_conditional_edges("begin", lambda state: END if state.no_question else STAGES[0], [END, STAGES[0]])
    for before, after in pairwise(STAGES):
        builder.add_edge(before, after)

    def judged(state: StudioState) -> str:
        return "sql_generation" if goes_back(state, attempts, stands_in=stands_in(nodes)) else "execute"

    builder.add_conditional_edges("schema_validation", judged, ["sql_generation", "execute"])
    builder.add_edge("execute", END)
    return builder.compile(name="turnsql")


def _begin(config: Config, context: Context) -> Run:
    async def begin(state: StudioState) -> dict[str, Any]:
        fresh = StudioState(
            turn_id=str(len(state.history)),
            database_id=context.schema.database_id,
            history=state.history,
            utterance=state.utterance,
        )
        told = await to_thread(lambda: no_question(context.analysis_of(fresh), config.refused))
        return plain(fresh.model_copy(update={"no_question": told}))

    return begin


def _stage(stage: Stage, node: Node, context: Context, attempts: int) -> Run:
    step = Step.of(stage, node, attempts)

    async def run(state: StudioState) -> dict[str, Any]:
        output, trace = await to_thread(lambda: _driven(step.run(state, context.of_turn(state))))
        return plain(step.update(state, output, trace))

    return run


def _driven(work: Coroutine[Any, Any, T]) -> T:
    """Return what a coroutine gives that waits for nothing, as no stage does that asks no model.

    Studio's server refuses what holds up a loop, such as reading a file or a database, in whatever thread the loop is.
    """
    try:
        work.send(None)
    except StopIteration as done:
        return done.value
    work.close()
    raise TurnSQLError("a stage of Studio's graph waits for something: take a configuration without an endpoint")


def _execute(config: Config, context: Context) -> Run:
    async def run(state: StudioState) -> dict[str, Any]:
        history = plain([*state.history, Turn(utterance=state.utterance, sql=state.sql or "")])
        if not state.sql:
            return {"history": history, "message": "no SQL was written"}
        result = await to_thread(execute, state.sql, context, config.execution)
        return {
            "history": history,
            "columns": result.columns,
            "rows": json_rows(result),
            "message": "" if result.outcome == "rows" else f"{result.outcome}: {result.message}",
        }

    return run
