"""repeated_conditions: equal conditions of one conjunction, merged."""

from __future__ import annotations

from collections.abc import Iterator

from nodes.coverage.demand import Demand
from nodes.plan import Condition, Junction, Plan
from nodes.plan.traversal import conjunction, conjuncts


def repeated_conditions(plan: Plan, demand: Demand) -> Iterator[Plan]:
    """Yield a plan without its repeated conditions.

    "branches in Shanghai": `city = 'Shanghai' AND city = 'Shanghai'` becomes `city = 'Shanghai'`.
    """
    where, having = merged(plan.where), merged(plan.having)
    if where is not plan.where or having is not plan.having:
        yield plan.model_copy(update={"where": where, "having": having})


def merged(condition: Condition | None) -> Condition | None:
    """Return a condition in which each part of a conjunction or disjunction stands once."""
    if isinstance(condition, Junction) and condition.kind == "or":
        once = tuple(dict.fromkeys(condition.conditions))
        if len(once) == len(condition.conditions):
            return condition
        return once[0] if len(once) == 1 else condition.model_copy(update={"conditions": once})
    parts = conjuncts(condition)
    once = tuple(dict.fromkeys(parts))
    return conjunction(once) if len(once) < len(parts) else condition
