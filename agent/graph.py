"""The state machine: six stages in a line, each output checked, and one bounded edge back to sql_generation."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
from inspect import isawaitable
from itertools import pairwise
from typing import Any, Literal, Protocol

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime
from langgraph.types import Command
from langsmith import tracing_context

from agent.ask_user import ask_user, told
from agent.clarify import Doubt, Reply, choice_of
from agent.config import ClarifySettings
from agent.steps import Step, goes_back, stands_in
from nodes.intent.read_intent import no_question
from nodes.node import Context, Node
from nodes.state import STAGES, GraphState, NoQuestion, NoQuestionKind, Stage, Turn

Choose = Callable[[Doubt], Reply | Awaitable[Reply]]
"""Asks the user: returns the place of a reading, or words."""
AFTER_PLAN: Stage = "sql_generation"
"""The stage at which a turn starts again whose plan a person gave."""
Graph = CompiledStateGraph[GraphState, Context, GraphState, GraphState]


class _Step(Protocol):
    async def __call__(self, state: GraphState, *, runtime: Runtime[Context]) -> dict[str, Any]: ...


def build_graph(
    nodes: Mapping[Stage, Node],
    *,
    max_attempts: int = 3,
    checkpointer: BaseCheckpointSaver[Any] | None = None,
    clarify: ClarifySettings | None = None,
    refuse: Collection[NoQuestionKind] = (),
) -> Graph:
    """Assemble one node per stage into a runnable graph.

    Args:
        nodes: a node for each of the six stages; any callable of the Node shape, so that eval can put an oracle there.
        max_attempts: how many SQL texts may go through the validator in one turn, 1 or more.
        checkpointer: where threads are kept; None keeps nothing.
        clarify: when a turn stops to ask the user (`agent.ask_user`); None never does. Wants a checkpointer.
        refuse: kinds of utterances that end the turn before any stage.
    """
    asks = stands_in(nodes)
    builder = StateGraph(GraphState, context_schema=Context)
    for stage in STAGES:
        builder.add_node(stage, _step(stage, nodes[stage], max_attempts))
    builder.add_node("refusal", _told(refuse))
    builder.add_edge("refusal", END)
    builder.add_conditional_edges(START, _entrance(refuse), ["refusal", STAGES[0], AFTER_PLAN])
    for before, after in pairwise(STAGES):
        if clarify and before == "plan_emission":
            builder.add_node("ask_user", ask_user(clarify))
            builder.add_edge(before, "ask_user")
            before = "ask_user"
        builder.add_edge(before, after)
    builder.add_conditional_edges("schema_validation", _router(max_attempts, stands_in=asks), ["sql_generation", END])
    # LangGraph's own limit allows thousands of steps: ours is the longest path there is, and one to spare.
    limit = len(STAGES) + 2 * max_attempts + 2
    return builder.compile(checkpointer=checkpointer).with_config(recursion_limit=limit)


async def run_turn(
    graph: Graph,
    context: Context,
    *,
    turn_id: str,
    history: tuple[Turn, ...],
    utterance: str,
    thread: RunnableConfig | None = None,
    choose: Choose | None = None,
    tracing: bool = False,
) -> GraphState:
    """Answer one turn; `thread` is set only where the graph keeps conversations.

    Args:
        choose: asks the user which of two readings is meant, where the graph was built to stop for that.
        tracing: whether LangSmith may upload the turn, if its own environment variables ask for it.
    """
    state = GraphState(turn_id=turn_id, database_id=context.schema.database_id, history=history, utterance=utterance)
    return await run_state(graph, context, state, thread=thread, choose=choose, tracing=tracing)


async def run_state(
    graph: Graph,
    context: Context,
    state: GraphState,
    *,
    thread: RunnableConfig | None = None,
    choose: Choose | None = None,
    tracing: bool = False,
) -> GraphState:
    """Run a turn from where its state stands: from the first stage, or from the SQL where a person gave the plan.

    Every channel is written anew, so nothing of an earlier turn of the thread remains but the history given.
    """
    # One checkpoint a turn, written at its end: a killed process loses the turn it was in, and no more.
    durability: Literal["exit"] | None = "exit" if thread else None

    async def run(given: Any, context: Context) -> dict[str, Any]:
        return await graph.ainvoke(given, thread, context=context, durability=durability)

    # LangChain uploads whatever runs under its variables, which stand in many environments for other programs.
    context = context.of_turn(state)
    with tracing_context(enabled=None if tracing else False):
        given = await run(_channels(state), context)
        while stopped := given.pop("__interrupt__", None):
            found = Doubt.model_validate(stopped[0].value)
            reply = choose(found) if choose else 0
            reply = await reply if isawaitable(reply) else reply
            if choice_of(reply) is not None:
                given = await run(Command(resume=reply), context)
                continue
            # Words change what is known, so every stage answers anew.
            context, state = told(found, str(reply), context, state)
            context = context.of_turn(state)
            given = await run(_channels(state), context)
    return GraphState.model_validate(given)


def _channels(state: GraphState) -> Any:
    return {name: getattr(state, name) for name in GraphState.model_fields}


def _step(stage: Stage, node: Node, max_attempts: int) -> _Step:
    """Adapt a node to LangGraph, which drops unknown keys and reports a bad value one node late, if at all."""
    step = Step.of(stage, node, max_attempts)

    async def run(state: GraphState, *, runtime: Runtime[Context]) -> dict[str, Any]:
        output, trace = await step.run(state, runtime.context)
        return step.update(state, output, trace)

    return run


def _entrance(refuse: Collection[NoQuestionKind]) -> Callable[..., Awaitable[str]]:
    async def route(state: GraphState, runtime: Runtime[Context]) -> str:
        if state.plan_given:
            return AFTER_PLAN
        return "refusal" if no_question(runtime.context.analysis_of(state), refuse) else STAGES[0]

    return route


def _told(refuse: Collection[NoQuestionKind]) -> Callable[..., Awaitable[dict[str, NoQuestion | None]]]:
    async def tell(state: GraphState, *, runtime: Runtime[Context]) -> dict[str, NoQuestion | None]:
        return {"no_question": no_question(runtime.context.analysis_of(state), refuse)}

    return tell


def _router(max_attempts: int, *, stands_in: bool) -> Callable[[GraphState], Awaitable[str]]:
    # LangGraph sends a plain function to another thread, which costs a turn more than the function does.
    async def route(state: GraphState) -> str:
        return "sql_generation" if goes_back(state, max_attempts, stands_in=stands_in) else END

    return route
