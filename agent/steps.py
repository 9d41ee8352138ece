"""The steps of a turn: one stage each, its output checked. LangGraph, or a plain loop, puts them in a line."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Any, Self

from pydantic import TypeAdapter, ValidationError

from agent.traces import stage_span, watched
from nodes.intent.read_intent import no_question
from nodes.llm.messages import Metered
from nodes.node import ADAPTERS, FIELDS, Context, Node
from nodes.registry import NODES
from nodes.state import STAGES, Choice, GraphState, ModelCall, NoQuestionKind, Stage, StageTrace, Turn
from value_index.errors import TurnSQLError, first_problem

LISTENER: ContextVar[Callable[[GraphState, StageTrace], None] | None] = ContextVar("LISTENER", default=None)
"""Who hears of each stage that has run, with the turn as it then stands: a page that shows the stages as they come."""


class StageError(TurnSQLError):
    """A node gave something that is not its stage's output."""

    def __init__(self, stage: Stage, variant: str, problem: str) -> None:
        super().__init__(f"the {variant!r} node of {stage} gave a bad output: {problem}")
        self.stage = stage
        self.variant = variant
        self.problem = problem


@dataclass(frozen=True)
class Step:
    """A node in its stage."""

    stage: Stage
    variant: str
    node: Node
    output_type: TypeAdapter[Any]
    max_attempts: int

    @classmethod
    def of(cls, stage: Stage, node: Node, max_attempts: int) -> Self:
        """Put a node into a stage: one of the registry, or any callable that eval brings."""
        return cls(stage, variant_name(stage, node), node, ADAPTERS[stage], max_attempts)

    async def run(self, state: GraphState, context: Context) -> tuple[Any, StageTrace]:
        """Return what the node gave, and how long it took.

        Raises:
            StageError: it is not the stage's output.
        """
        start = perf_counter()
        choices: list[Choice] = []
        given = replace(watched(context), spent=_spent(state, self.max_attempts), choices=choices)
        metered, calls = _metered(given)
        with stage_span(self.stage, self.variant):
            output = await self.node(state, metered)
        ms = (perf_counter() - start) * 1000
        try:
            checked = self.output_type.validate_python(output, strict=True)
        except ValidationError as error:
            raise StageError(self.stage, self.variant, first_problem(error)) from error
        choice = choices[-1] if choices else None
        trace = StageTrace(stage=self.stage, variant=self.variant, ms=ms, calls=tuple(calls), choice=choice)
        if listener := LISTENER.get():
            listener(state.model_copy(update=self.update(state, checked, trace)), trace)
        return checked, trace

    def update(self, state: GraphState, output: Any, trace: StageTrace) -> dict[str, Any]:
        """Return the fields of the state that the output changes."""
        value = (*state.attempts, output) if self.stage == "schema_validation" else output
        return {FIELDS[self.stage]: value, "trace": (*state.trace, trace)}


async def walk(
    nodes: Mapping[Stage, Node],
    context: Context,
    *,
    max_attempts: int,
    turn_id: str,
    history: tuple[Turn, ...],
    utterance: str,
    refuse: Collection[NoQuestionKind] = (),
    stages: Sequence[Stage] = STAGES,
) -> GraphState:
    """Answer one turn as the graph does, without LangGraph, whose import takes longer than a turn.

    Nothing is kept and nobody is asked back: `turnsql ask` wants neither.

    Args:
        refuse: kinds of utterances that end the turn before any stage.
        stages: the first stages, where not all are run.
    """
    steps = {stage: Step.of(stage, nodes[stage], max_attempts) for stage in STAGES}
    state = GraphState(turn_id=turn_id, database_id=context.schema.database_id, history=history, utterance=utterance)
    context = context.of_turn(state)
    if told := no_question(context.analysis_of(state), refuse):
        return state.model_copy(update={"no_question": told})
    left = list(stages)
    while left:
        step = steps[left.pop(0)]
        output, trace = await step.run(state, context)
        state = state.model_copy(update=step.update(state, output, trace))
        if not left and state.attempts and goes_back(state, max_attempts, stands_in=stands_in(nodes)):
            left = ["sql_generation", "schema_validation"]
    return state


def goes_back(state: GraphState, max_attempts: int, *, stands_in: bool) -> bool:
    """True while the last SQL is in error and attempts are left, and once more if a compiled plan then stands in."""
    last = state.attempts[-1]
    spent = _spent(state, max_attempts) if last.sql or stands_in else True
    left = len(state.attempts) <= max_attempts if stands_in else not spent
    return last.failed and left


def stands_in(nodes: Mapping[Stage, Node]) -> bool:
    """True if the generator asks a model, and gives the compiler's SQL once its attempts are spent."""
    return bool(getattr(nodes["sql_generation"], "costly", False))


def _spent(state: GraphState, max_attempts: int) -> bool:
    """Tell whether the attempts of a turn are used up, or the last wrote once more what was wrong before."""
    *earlier, last = (attempt.sql for attempt in state.attempts) if state.attempts else ("",)
    return len(state.attempts) >= max_attempts or last in earlier


def variant_name(stage: Stage, node: Node) -> str:
    """Return the name the registry gives the node; its class in lower case where eval brought it."""
    named = {kind: name for name, kind in NODES[stage].items()}
    return named.get(type(node), type(node).__name__.lower())  # type: ignore[call-overload]


def _metered(context: Context) -> tuple[Context, list[ModelCall]]:
    """Hand a node a language model whose answers are counted for its stage."""
    calls: list[ModelCall] = []
    return (replace(context, llm=Metered(context.llm, calls)) if context.llm else context), calls
