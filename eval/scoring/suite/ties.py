"""tie_broken: a query with its ties broken one way and the other, by which chance is told from meaning."""

from __future__ import annotations

from nodes.plan import LiteralTerm, Ordering, Plan, PlanModel, Predicate, SubPlan
from nodes.plan.traversal import rewrite
from nodes.sql.errors import SQLError
from nodes.sql.from_plan import from_plan
from nodes.sql.writing.outputs import expanded
from value_index.schema import Schema

_SETS = ("in", "not in", "exists", "not exists")


def tie_broken(plan: Plan, schema: Schema) -> tuple[str, ...]:
    """Return the query with its result columns appended to the order of every part that a limit cuts, up and down.

    Where both give the same rows, no tie stands at a limit. A sub-query used as one value is cut at its first row.
    Empty where nothing is cut.
    """
    texts: list[str] = []
    for descending in (False, True):
        try:
            ordered = rewrite(plan, lambda part, down=descending: _ordered(part, schema, down))
            texts += [from_plan(ordered, schema)] if ordered != plan else []
        except SQLError:
            continue
    return tuple(texts)


def _ordered(part: PlanModel, schema: Schema, descending: bool) -> PlanModel:
    if isinstance(part, Plan) and part.limit is not None:
        return _by_outputs(part, schema, descending)
    if isinstance(part, Predicate) and part.operator not in _SETS:
        right = tuple(
            SubPlan(plan=_by_outputs(term.plan, schema, descending)) if isinstance(term, SubPlan) else term
            for term in part.right
        )
        return part.model_copy(update={"right": right})
    return part


def _by_outputs(plan: Plan, schema: Schema, descending: bool) -> Plan:
    outputs = expanded(plan, schema)
    added = tuple(Ordering(term=term, descending=descending) for term in outputs if not isinstance(term, LiteralTerm))
    return plan.model_copy(update={"order_by": (*plan.order_by, *added)})
