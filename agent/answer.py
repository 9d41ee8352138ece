"""One question answered: the graph is run, its SQL executed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from agent.config import Config, ExecutionSettings
from agent.execute import execute
from agent.notes.other_reading import OtherReading
from agent.notes.seen import Seen
from agent.steps import walk
from agent.traces import turn_facts, turn_span
from nodes.coverage.demand import Demand
from nodes.coverage.unused import unused_mentions
from nodes.node import FIELDS, Context
from nodes.state import STAGES, GraphState, Stage, Turn, Violation
from value_index.database import Result
from value_index.errors import TurnSQLError
from value_index.models import FrozenModel
from value_index.render import json_rows

if TYPE_CHECKING:
    from langchain_core.runnables import RunnableConfig

    from agent.graph import Choose, Graph

MAX_QUESTION = 10_000
"""Characters of one question: some pages. More is a pasted file, not a question."""


class QuestionError(TurnSQLError):
    """A question that cannot be asked."""


class Answer(FrozenModel):
    """What the conversation gets back for one question."""

    state: GraphState
    """The turn with every stage's output."""
    result: Result | None
    """What the SQL gave; None if no SQL was written, or nothing was asked."""
    unused: tuple[str, ...] = ()
    """Words of the question that name a value, a time or a number and that the SQL does not use."""
    seen: Seen | None = None
    """What its rows, beside those of other plans, say of it; None where they say nothing."""
    knowledge: tuple[str, ...] | None = None
    """What of `--knowledge` the question speaks of, a line each; None if there is no knowledge."""

    @property
    def violations(self) -> tuple[Violation, ...]:
        """What the validator found in the final SQL."""
        return self.state.attempts[-1].violations if self.state.attempts else ()

    @property
    def other_reading(self) -> OtherReading | None:
        """A plan that comes close and gives other rows; None if none does, or the answer is sure."""
        return self.seen.other_reading if self.seen else None

    @property
    def ok(self) -> bool:
        """Whether there is SQL and it ran."""
        return self.result is not None and self.result.ok

    @property
    def confidence(self) -> float | None:
        """Calibrated probability that the answer is right: by what was seen of rows, else the planner's; None if neither is known."""
        planner = self.state.plans[0].confidence if self.state.plans else None
        return self.seen.confidence if self.seen else planner


def check_question(question: str) -> str:
    """Return the question without white space around it.

    Raises:
        QuestionError: it is empty, longer than MAX_QUESTION, or not text.
    """
    question = question.strip()
    if not question:
        raise QuestionError("the question is empty: ask something about the database")
    if len(question) > MAX_QUESTION:
        raise QuestionError(f"the question has {len(question):,} characters; at most {MAX_QUESTION:,} are read")
    if not question.isascii() and any("\ud800" <= letter <= "\udfff" for letter in question):
        raise QuestionError("the question is not valid UTF-8 text")
    return question


async def answer(
    graph: Graph,
    context: Context,
    question: str,
    *,
    turn_id: str,
    history: tuple[Turn, ...],
    execution: ExecutionSettings,
    thread: RunnableConfig | None = None,
    choose: Choose | None = None,
    tracing: bool = False,
) -> Answer:
    """Run the graph on one question and execute the SQL it wrote, within the budget."""
    from agent.graph import run_turn

    question = check_question(question)
    with turn_span(context, question, (thread or {}).get("configurable", {}).get("thread_id")) as note:
        state = await run_turn(
            graph,
            context,
            turn_id=turn_id,
            history=history,
            utterance=question,
            thread=thread,
            choose=choose,
            tracing=tracing,
        )
        given = answer_of(state, context, execution)
        note(turn_facts(state, given.result))
    return given


async def answer_once(config: Config, context: Context, question: str, *, history: tuple[Turn, ...]) -> Answer:
    """Answer one question of which nothing is kept; LangGraph is loaded only if the turn is to be traced."""
    question, attempts = check_question(question), config.graph.max_attempts
    if config.graph.tracing:
        from agent.graph import build_graph

        graph = build_graph(config.nodes(), max_attempts=attempts, refuse=config.refused)
        return await answer(
            graph, context, question, turn_id="ask", history=history, execution=config.execution, tracing=True
        )
    with turn_span(context, question, None) as note:
        state = await walk(
            config.nodes(),
            context,
            max_attempts=attempts,
            turn_id="ask",
            history=history,
            utterance=question,
            refuse=config.refused,
        )
        given = answer_of(state, context, config.execution)
        note(turn_facts(state, given.result))
    return given


def answer_of(state: GraphState, context: Context, execution: ExecutionSettings) -> Answer:
    """Run the SQL of an answered turn; of a plan that a person gave, nothing is said to be left out."""
    known = context.analysis_of(state).known
    lines = tuple(known.lines(context.schema)) if known else None
    if not state.sql:
        return Answer(state=state, result=None, knowledge=lines)
    result, demand = execute(state.sql, context, execution), Demand.of(state, context)
    return Answer(
        state=state,
        result=result,
        unused=() if state.plan_given else unused_mentions(state, context, demand),
        seen=Seen.of(state, result, context, execution, demand),
        knowledge=lines,
    )


def stage_outputs(state: GraphState) -> dict[Stage, dict[str, Any]]:
    """Return, for each stage that ran: its variant, its last output as JSON values, and all its runs' milliseconds."""
    dumped = state.model_dump(mode="json")
    outputs = {stage: dumped[FIELDS[stage]] for stage in STAGES}
    outputs["schema_validation"] = dumped["attempts"][-1] if dumped["attempts"] else None
    variants = {run.stage: run.variant for run in state.trace}
    return {
        stage: {
            "variant": variants[stage],
            "output": outputs[stage],
            "ms": sum(run.ms for run in state.trace if run.stage == stage),
        }
        for stage in STAGES
        if stage in variants
    }


def answer_json(answer: Answer) -> dict[str, Any]:
    """Return the answer as `turnsql ask --json` prints it."""
    result = answer.result
    told = answer.state.no_question
    return {
        "sql": answer.state.sql or "",
        "outcome": "no_question" if told else result.outcome if result else "no_sql",
        "message": told.message if told else result.message if result else "",
        "no_question": told.kind if told else None,
        "columns": result.columns if result else (),
        "rows": json_rows(result) if result else [],
        "violations": [violation.model_dump(mode="json") for violation in answer.violations],
        "confidence": answer.confidence,
        "unused": list(answer.unused),
        "other_reading": answer.other_reading.model_dump() if answer.other_reading else None,
        **({} if answer.knowledge is None else {"knowledge": list(answer.knowledge)}),
        "stages": stage_outputs(answer.state),
    }
