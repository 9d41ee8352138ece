"""repeated_conditions: equal conditions of one conjunction, merged."""

from __future__ import annotations

from collections.abc import Iterator

from nodes.coverage.demand import Demand
from nodes.plan import Plan
from nodes.plan.traversal import merged


def repeated_conditions(plan: Plan, demand: Demand) -> Iterator[Plan]:
    """Yield a plan without its repeated conditions.

    "branches in Shanghai": `city = 'Shanghai' AND city = 'Shanghai'` becomes `city = 'Shanghai'`.
    """
    where, having = merged(plan.where), merged(plan.having)
    if where is not plan.where or having is not plan.having:
        yield plan.model_copy(update={"where": where, "having": having})
