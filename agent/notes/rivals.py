"""Rivals: the other plans of an answered turn, run beside its answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic

from agent.config import ExecutionSettings
from agent.execute import execute
from nodes.choice.gather import rows_key
from nodes.node import Context
from nodes.sql.errors import SQLError
from nodes.sql.from_plan import from_plan
from nodes.sql.repair import with_sources
from nodes.state import GraphState, ScoredPlan
from value_index.database import Result

LONGEST = 0.5
"""Seconds that all of them may take together; those that are not done by then are passed over."""
FAR = 4.0
"""How far behind the first plan another is not looked at: one in fifty is as likely."""


@dataclass(frozen=True)
class Rival:
    """A plan that might have been the answer."""

    scored: ScoredPlan
    sql: str
    behind: float
    """How far its score lies behind the first plan's."""
    same_rows: bool
    """Whether it gives the rows of the answer."""


def rivals(
    state: GraphState, result: Result | None, context: Context, execution: ExecutionSettings
) -> tuple[Rival, ...] | None:
    """Run the other plans that come near the first of a turn; None where they say nothing of its answer.

    Nothing is run where no confidence was given, the plan is one that somebody checked, the answer is not the first
    plan's, or its rows were cut.

    Args:
        state: the answered turn.
        result: what its SQL gave.
        execution: what an answer may cost.
    """
    first, *others = state.plans or (None,)
    if first is None or first.confidence is None or result is None or result.outcome != "rows":
        return None
    known = context.analysis_of(state).known
    if (known is not None and known.verified is not None) or written(first, context) != state.sql:
        return None
    near = [each for each in others if first.score - each.score < FAR]
    return tuple(_run(first, near, result, context, execution))


def written(scored: ScoredPlan, context: Context) -> str:
    """Return the SQL of a plan; "" if it cannot be written."""
    try:
        return from_plan(with_sources(scored.plan, context.schema), context.schema)
    except SQLError:
        return ""


def _run(
    first: ScoredPlan, near: Sequence[ScoredPlan], result: Result, context: Context, execution: ExecutionSettings
) -> list[Rival]:
    rows, end, most = rows_key(result, ""), monotonic() + LONGEST, len(result.rows) + 1
    found: list[Rival] = []
    for each in near:
        sql, left = written(each, context), end - monotonic()
        if not sql or left <= 0:
            continue
        bounds = execution.model_copy(update={"deadline": min(execution.deadline, left), "max_rows": most})
        given = execute(sql, context, bounds)
        if given.ok:
            found.append(Rival(each, sql, first.score - each.score, rows_key(given, sql) == rows))
    return found
