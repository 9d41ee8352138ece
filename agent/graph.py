"""The state machine: six stages in a line, each output checked, and one bounded edge back to sql_generation."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from time import perf_counter
from typing import Any, Literal, Protocol

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime
from langgraph.types import Command, interrupt
from langsmith import tracing_context
from pydantic import TypeAdapter, ValidationError

from agent.clarify import Doubt, doubt, preferred
from agent.config import ClarifySettings
from nodes.llm.messages import Metered
from nodes.node import FIELDS, OUTPUTS, Context, Node
from nodes.registry import NODES
from nodes.state import STAGES, GraphState, ModelCall, Stage, StageTrace, Turn
from value_index.errors import TurnSQLError

Choose = Callable[[Doubt], int]
"""Asks which of two readings is meant: 0 or 1."""
Graph = CompiledStateGraph[GraphState, Context, GraphState, GraphState]


class _Step(Protocol):
    async def __call__(self, state: GraphState, *, runtime: Runtime[Context]) -> dict[str, Any]: ...


class StageError(TurnSQLError):
    """A node gave something that is not its stage's output."""

    def __init__(self, stage: Stage, variant: str, problem: str) -> None:
        super().__init__(f"the {variant!r} node of {stage} gave a bad output: {problem}")
        self.stage = stage
        self.variant = variant
        self.problem = problem


def build_graph(
    nodes: Mapping[Stage, Node],
    *,
    max_attempts: int = 3,
    checkpointer: BaseCheckpointSaver[Any] | None = None,
    clarify: ClarifySettings | None = None,
) -> Graph:
    """Assemble one node per stage into a runnable graph.

    Args:
        nodes: a node for each of the six stages; any callable of the Node shape, so that eval can put an oracle there.
        max_attempts: how many SQL texts may go through the validator in one turn, 1 or more.
        checkpointer: where threads are kept; None keeps nothing.
        clarify: when a turn stops to ask which of two readings is meant; None never does. Wants a checkpointer.
    """
    asks = getattr(nodes["sql_generation"], "costly", False)
    builder = StateGraph(GraphState, context_schema=Context)
    for stage in STAGES:
        builder.add_node(stage, _step(stage, nodes[stage], max_attempts, clarify if stage == "plan_emission" else None))
    for before, after in zip((START, *STAGES), STAGES, strict=False):
        builder.add_edge(before, after)
    builder.add_conditional_edges("schema_validation", _router(max_attempts, stands_in=asks), ["sql_generation", END])
    # LangGraph's own limit allows thousands of steps: ours is the longest path there is, and one to spare.
    limit = len(STAGES) + 2 * max_attempts + 1
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

    Every channel is written anew, so nothing of an earlier turn of the thread remains but the history given.
    """
    state = GraphState(turn_id=turn_id, database_id=context.schema.database_id, history=history, utterance=utterance)
    channels: Any = {name: getattr(state, name) for name in GraphState.model_fields}
    # One checkpoint a turn, written at its end: a killed process loses the turn it was in, and no more.
    durability: Literal["exit"] | None = "exit" if thread else None
    # LangChain uploads whatever runs under its variables, which stand in many environments for other programs.
    context = context.of_turn(state)
    with tracing_context(enabled=None if tracing else False):
        given = await graph.ainvoke(channels, thread, context=context, durability=durability)
        while stopped := given.pop("__interrupt__", None):
            choice = choose(Doubt.model_validate(stopped[0].value)) if choose else 0
            given = await graph.ainvoke(Command(resume=choice), thread, context=context, durability=durability)
    return GraphState.model_validate(given)


def variant_name(stage: Stage, node: Node) -> str:
    """Return the name the registry gives the node; its class in lower case where eval brought it."""
    named = {kind: name for name, kind in NODES[stage].items()}
    return named.get(type(node), type(node).__name__.lower())  # type: ignore[call-overload]


def _step(stage: Stage, node: Node, max_attempts: int, clarify: ClarifySettings | None) -> _Step:
    """Adapt a node to LangGraph, which drops unknown keys and reports a bad value one node late, if at all."""
    output_type: TypeAdapter[Any] = TypeAdapter(OUTPUTS[stage])
    variant = variant_name(stage, node)

    async def step(state: GraphState, *, runtime: Runtime[Context]) -> dict[str, Any]:
        start = perf_counter()
        context, calls = _metered(replace(runtime.context, spent=_spent(state, max_attempts)))
        output = await node(state, context)
        ms = (perf_counter() - start) * 1000
        try:
            checked = output_type.validate_python(output, strict=True)
        except ValidationError as error:
            raise StageError(stage, variant, _first_line(error)) from error
        if clarify and (asked := doubt(checked, clarify)):
            # The turn stops here; it starts again at this node once the user has chosen.
            checked = preferred(checked, interrupt(asked.model_dump()))
        value = (*state.attempts, checked) if stage == "schema_validation" else checked
        trace = StageTrace(stage=stage, variant=variant, ms=ms, calls=tuple(calls))
        return {FIELDS[stage]: value, "trace": (*state.trace, trace)}

    return step


def _metered(context: Context) -> tuple[Context, list[ModelCall]]:
    """Hand a node a language model whose answers are counted for its stage."""
    calls: list[ModelCall] = []
    return (replace(context, llm=Metered(context.llm, calls)) if context.llm else context), calls


def _spent(state: GraphState, max_attempts: int) -> bool:
    """Tell whether the attempts of a turn are used up, or the last wrote once more what was wrong before."""
    *earlier, last = (attempt.sql for attempt in state.attempts) if state.attempts else ("",)
    return len(state.attempts) >= max_attempts or last in earlier


def _router(max_attempts: int, *, stands_in: bool) -> Callable[[GraphState], Awaitable[str]]:
    """Go back while the last SQL is in error and attempts are left, and once more where a compiled plan then stands in.

    Args:
        stands_in: whether the generator asks a model, and gives the compiler's SQL once its attempts are spent.
    """

    # LangGraph sends a plain function to another thread, which costs a turn more than the function does.
    async def route(state: GraphState) -> str:
        last = state.attempts[-1]
        spent = _spent(state, max_attempts) if last.sql or stands_in else True
        left = len(state.attempts) <= max_attempts if stands_in else not spent
        return "sql_generation" if last.failed and left else END

    return route


def _first_line(error: ValidationError) -> str:
    """Say where the output is wrong, in one line."""
    first = error.errors(include_url=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    return f"{where + ': ' if where else ''}{first['msg']}"
