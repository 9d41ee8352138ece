"""What part each table and column plays in a plan."""

from __future__ import annotations

from collections.abc import Mapping

from nodes.plan import Aggregate, ColumnTerm, Plan, PlanModel, TableSource
from nodes.plan.traversal import walk
from value_index.schema import ColumnRef

ROLES = ("select", "aggregate", "where", "group_by", "having", "order_by", "join")
MARKS = ("from", *ROLES, "compared")
"""What part an item may play in a plan: a table is in FROM, a column has a role, a value is compared with."""
Roles = Mapping[ColumnRef | str, frozenset[str]]
"""The roles by column, or by table name (whose one role is `from`)."""


def roles_of(plan: Plan | None) -> Roles:
    """Return the roles in a plan, sub-plans and set members included; nothing for None."""
    found: dict[ColumnRef | str, frozenset[str]] = {}

    def note(parts: tuple[PlanModel | None, ...], role: str) -> None:
        for part in parts:
            for inner in walk(part) if part is not None else ():
                if isinstance(inner, ColumnTerm):
                    column = inner.ref
                    found[column] = found.get(column, frozenset()) | {role}

    for part in walk(plan) if plan is not None else ():
        if isinstance(part, TableSource):
            found[part.table] = frozenset({"from"})
        elif isinstance(part, Aggregate):
            note((part.argument,), "aggregate")
        elif isinstance(part, Plan):
            note(part.select, "select")
            note((part.where,), "where")
            note(part.group_by, "group_by")
            note((part.having,), "having")
            note(part.order_by, "order_by")
            note(part.joins or (), "join")
    return found
