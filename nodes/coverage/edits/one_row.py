"""extreme_of_all: the highest or lowest value itself, where the one row of an aggregate was put in order."""

from __future__ import annotations

from collections.abc import Iterator

from nodes.coverage.demand import Demand
from nodes.plan import Aggregate, Plan


def extreme_of_all(plan: Plan, demand: Demand) -> Iterator[Plan]:
    """Yield the extreme of the column by which a single row is ordered.

    "What about the oldest?" after `SELECT min(age) FROM dog`: `SELECT min(age) ... ORDER BY age DESC LIMIT 1` becomes
    `SELECT max(age) FROM dog`.
    """
    if not orders_one_row(plan) or plan.limit != 1 or len(plan.order_by) != 1:
        return
    (ordering,) = plan.order_by
    if not isinstance(ordering.term, Aggregate):
        extreme = Aggregate(function="max" if ordering.descending else "min", argument=ordering.term)
        yield plan.model_copy(update={"select": (extreme,), "order_by": (), "limit": None})


def orders_one_row(plan: Plan) -> bool:
    """Tell whether a plan shows aggregates of all rows, so one row, and puts it in order."""
    whole = all(isinstance(term, Aggregate) for term in plan.select)
    return whole and not plan.group_by and bool(plan.order_by) and not plan.set_operations
