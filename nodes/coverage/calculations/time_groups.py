"""grouped_by_time: the figures of each month, day or year that the words ask for."""

from __future__ import annotations

from collections.abc import Iterator

from nodes.coverage.demand import Demand
from nodes.coverage.edits.joining import with_table
from nodes.plan import Aggregate, Ordering, Plan, Star, TableSource, Term


def grouped_by_time(plan: Plan, demand: Demand) -> Iterator[Plan]:
    """Yield a plan that shows its aggregates for each unit of time, in the order of time.

    "Total sales per month": `SELECT sum(amount) FROM sale` becomes
    `SELECT strftime('%Y-%m', sold_on), sum(amount) FROM sale GROUP BY strftime('%Y-%m', sold_on)`.
    """
    asked = demand.time_unit
    if asked is None or plan.set_operations or not all(isinstance(each, TableSource) for each in plan.tables):
        return
    aggregates: tuple[Term, ...] = tuple(term for term in plan.select if isinstance(term, Aggregate))
    if not aggregates and demand.evidence.cues.count is not None:
        aggregates = (Aggregate(function="count", argument=Star()),)
    if not aggregates or asked.divides(plan):
        return
    for column in asked.columns:
        joined = with_table(plan, column.table, demand.schema)
        if joined is None:
            continue
        unit = asked.of(column)
        held = plan.group_by if demand.units or _grouped_before(plan, demand) else ()
        kept = tuple(term for term in held if not asked.is_another(term))
        others = (term for term in plan.select if kept and not isinstance(term, Aggregate))
        shown = tuple(term for term in others if not asked.is_another(term))
        ranked = tuple(each for each in plan.order_by if isinstance(each.term, Aggregate))
        yield joined.model_copy(
            update={
                "select": (*shown, unit, *aggregates), "group_by": (*kept, unit),
                "order_by": ranked or (Ordering(term=unit),), "limit": plan.limit if ranked else None, "distinct": False,
            }
        )  # fmt: skip


def _grouped_before(plan: Plan, demand: Demand) -> bool:
    return demand.previous is not None and bool(plan.group_by) and plan.group_by == demand.previous.group_by
