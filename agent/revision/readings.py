"""The other readings of a question: plans of its beam that give other rows than the answer."""

from __future__ import annotations

from agent.clarify import differences
from agent.config import ExecutionSettings
from agent.execute import execute
from agent.notes.rivals import LONGEST, written
from agent.revision.plan_of_turn import plan_of
from nodes.choice.gather import rows_key
from nodes.node import Context
from nodes.plan import Plan
from nodes.state import GraphState
from value_index.database import Result
from value_index.models import FrozenModel


class Reading(FrozenModel):
    """A plan that gives other rows."""

    text: str
    """The clauses that the answer does not have; the SQL where they differ in their joins alone."""
    sql: str
    plan: Plan
    score: float
    """The planner's; comparable with that of the answer's plan."""
    confidence: float | None = None
    """Calibrated probability that it is right; None where the planner gave none."""


def readings(
    state: GraphState | None, result: Result | None, context: Context, execution: ExecutionSettings
) -> tuple[Reading, ...]:
    """Return the other readings of an answered turn, the best first; of those that give equal rows, the first.

    Args:
        result: what the SQL of the turn gave.
        execution: what an answer may cost; another reading may take LONGEST seconds at most.
    """
    if state is None or not state.plans:
        return ()
    shown = plan_of(state.sql, context.schema) or Plan()
    bounds = execution.model_copy(update={"deadline": min(execution.deadline, LONGEST)})
    seen = {rows_key(result, state.sql or "")} if result else set[object]()
    found: list[Reading] = []
    for scored in state.plans:
        sql = written(scored, context)
        given = execute(sql, context, bounds) if sql and sql != state.sql else None
        if given is None or not given.ok or rows_key(given, sql) in seen:
            continue
        seen.add(rows_key(given, sql))
        plan = plan_of(sql, context.schema) or scored.plan
        text = differences(shown, plan)[1] or sql
        found.append(Reading(text=text, sql=sql, plan=plan, score=scored.score, confidence=scored.confidence))
    return tuple(found)
