"""execute: the SQL of an answer run within its budget of time, rows and estimated cost."""

from __future__ import annotations

from agent.config import ExecutionSettings
from agent.traces import watched
from nodes.node import Context
from value_index.database import Result


def execute(sql: str, context: Context, execution: ExecutionSettings) -> Result:
    """Run SQL, or refuse it unrun where the database's estimate of its cost is beyond the budget."""
    refused = _too_dear(sql, context, execution)
    return refused or watched(context).database.execute(sql, deadline=execution.deadline, max_rows=execution.max_rows)


def _too_dear(sql: str, context: Context, execution: ExecutionSettings) -> Result | None:
    cost = context.database.plan_cost(sql) if execution.max_cost else None
    if cost is None or cost <= execution.max_cost:
        return None
    message = (
        f"it would read too much: its cost is estimated at {cost:,.0f}, execution.max_cost is {execution.max_cost:,.0f}"
    )
    return Result(outcome="refused", message=message)
