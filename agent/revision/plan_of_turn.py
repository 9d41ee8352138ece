"""The plan of an answered turn, and the check of one that a person gives in its place."""

from __future__ import annotations

from nodes.node import Context
from nodes.plan import Plan
from nodes.sql.errors import SQLError
from nodes.sql.from_plan import from_plan
from nodes.sql.repair import with_sources
from nodes.sql.to_plan import to_plan
from nodes.sql.violations import violations
from nodes.state import GraphState
from value_index.errors import TurnSQLError
from value_index.schema import Schema


class RevisionError(TurnSQLError):
    """A change of an answer that cannot be made; the answer stays as it was."""


def plan_of(sql: str | None, schema: Schema) -> Plan | None:
    """Return the plan that a turn's SQL says, its joins written out; None if there is no SQL, or no plan holds it.

    It is the plan to show and to edit: the SQL may be another plan's than the first, or a model's.
    """
    try:
        return to_plan(sql, schema) if sql and sql.strip() else None
    except SQLError:
        return None


def plan_to_revise(state: GraphState | None, context: Context) -> Plan:
    """Return the plan of the latest turn.

    Raises:
        RevisionError: nothing was asked yet, or the turn's SQL is more than a plan holds.
    """
    if state is None or not state.sql:
        raise RevisionError("there is no answer to change: ask a question first")
    plan = plan_of(state.sql, context.schema)
    if plan is None:
        raise RevisionError("the SQL of this answer says more than a plan holds: it cannot be changed field by field")
    return plan


def check_plan(plan: Plan, context: Context) -> str:
    """Return the SQL of a plan that a person gives.

    Raises:
        RevisionError: it shows nothing, names what the database does not have, or the database refuses its SQL.
    """
    if not plan.select:
        raise RevisionError("the plan shows no column: keep one")
    try:
        sql = from_plan(with_sources(plan, context.schema), context.schema)
    except SQLError as error:
        raise RevisionError(f"the plan cannot be written as SQL: {error}") from error
    found = next((each for each in violations(sql, context.schema) if each.severity == "error"), None)
    if found:
        raise RevisionError(f"the plan cannot be answered: {found.message}")
    checked = context.database.check(sql)
    if checked.outcome in ("error", "refused"):
        raise RevisionError(f"the database refuses the plan: {checked.message}")
    return sql
