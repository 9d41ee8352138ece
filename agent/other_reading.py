"""other_reading: the plan that comes close to the first of a turn and gives other rows."""

from __future__ import annotations

from math import log

from agent.clarify import differences
from agent.config import ExecutionSettings
from agent.execute import execute
from nodes.choice.gather import rows_key
from nodes.node import Context
from nodes.plan import Plan
from nodes.sql.errors import SQLError
from nodes.sql.from_plan import from_plan
from nodes.sql.repair import with_sources
from nodes.state import GraphState, ScoredPlan
from value_index.database import Result
from value_index.models import FrozenModel

CLOSE = 1.5
"""Lead over a plan with other rows, plus log-odds of the confidence, under which that plan is told: chosen on training databases,
as they are and renamed, where a fifth of the right answers then has this note or a confidence under one half."""
LONGEST = 0.5
"""Seconds that one of them may take; a slower one is passed over."""


class OtherReading(FrozenModel):
    """A plan that comes close, with other rows."""

    sql: str
    difference: str
    """The clauses that the answer does not have; the SQL if they differ in their joins alone."""


def other_reading(
    state: GraphState, result: Result | None, context: Context, execution: ExecutionSettings
) -> OtherReading | None:
    """Return the best of the plans that come close and give other rows than the answer; None if there is none.

    Nothing is run where the first plan leads by enough, the answer is not the first plan's, or its rows were cut.

    Args:
        state: the answered turn.
        result: what its SQL gave.
        execution: what an answer may cost; another reading may take LONGEST seconds at most.
    """
    first, *others = state.plans or (None,)
    if first is None or first.confidence is None or result is None or result.outcome != "rows":
        return None
    close = CLOSE - _log_odds(first.confidence)
    if not others or first.score - others[0].score >= close or written(first, context) != state.sql:
        return None
    rows = rows_key(result, "")
    bounds = {"deadline": min(execution.deadline, LONGEST), "max_rows": len(result.rows) + 1}
    execution = execution.model_copy(update=bounds)
    for other in others:
        if first.score - other.score >= close:
            return None
        if shows_less_or_more(first.plan, other.plan):
            continue
        sql = written(other, context)
        found = execute(sql, context, execution) if sql else None
        if found is not None and found.ok and rows_key(found, sql) != rows:
            return OtherReading(sql=sql, difference=differences(first.plan, other.plan)[1] or sql)
    return None


def shows_less_or_more(first: Plan, other: Plan) -> bool:
    """Tell whether plans differ in the order of columns, or in that one shows some more: that can be seen in the rows."""
    shown, others = set(first.select), set(other.select)
    return (shown <= others or others <= shown) and first.model_copy(update={"select": other.select}) == other


def _log_odds(confidence: float) -> float:
    kept = min(0.999, max(0.001, confidence))
    return log(kept / (1 - kept))


def written(scored: ScoredPlan, context: Context) -> str:
    """Return the SQL of a plan; "" if it cannot be written."""
    try:
        return from_plan(with_sources(scored.plan, context.schema), context.schema)
    except SQLError:
        return ""
