"""asked_differences: how far two figures, or two times, lie apart."""

from __future__ import annotations

from collections.abc import Iterator

from nodes.coverage.calculations.asked import time_ends
from nodes.coverage.demand import Demand
from nodes.plan import Aggregate, AggregateFunction, Arithmetic, Call, ColumnTerm, Plan, TableSource, Term
from nodes.plan.traversal import walk
from value_index.schema import ColumnRef


def asked_differences(plan: Plan, demand: Demand) -> Iterator[Plan]:
    """Yield a plan that shows one difference in the place of two figures, or the days between two times.

    "The difference between the highest and the lowest price": `SELECT max(price) - min(price) ...`.
    """
    if not demand.asks_difference or plan.set_operations:
        return
    ends = time_ends(demand.inquiry)
    if ends is not None:
        yield from _days(plan, demand, *ends)
        return
    figures = [term for term in plan.select if isinstance(term, Aggregate)]
    ways = {superlative.descending for superlative in demand.evidence.superlatives}
    if len(ways) == 2 and len(plan.order_by) == 1 and plan.limit is not None and not plan.group_by:
        figures = [Aggregate(function=function, argument=plan.order_by[0].term) for function in ("max", "min")]
        plan = plan.model_copy(update={"select": tuple(figures), "order_by": (), "limit": None, "distinct": False})
    if len(figures) == 2:
        low_first = figures[0].function == "min" and figures[1].function == "max"
        left, right = reversed(figures) if low_first else figures
        others = tuple(term for term in plan.select if term not in figures)
        yield plan.model_copy(update={"select": (*others, Arithmetic(operator="-", left=left, right=right))})


def tells_difference(plan: Plan) -> bool:
    """Tell whether a plan shows a difference."""
    return any(isinstance(part, Arithmetic) and part.operator == "-" for term in plan.select for part in walk(term))


def _days(plan: Plan, demand: Demand, first: ColumnRef, last: ColumnRef) -> Iterator[Plan]:
    tables = {source.table for source in plan.tables if isinstance(source, TableSource)}
    if first.table not in tables:
        return
    left, right = (Call(function="julianday", arguments=(ColumnTerm.of(ref),)) for ref in (last, first))
    apart: Term = Arithmetic(operator="-", left=left, right=right)
    functions: list[AggregateFunction] = [function for _, function in demand.evidence.aggregates]
    shown = tuple(term for term in plan.select if not isinstance(term, Aggregate)) if plan.group_by else ()
    figure = Aggregate(function=functions[0], argument=apart) if functions else apart
    if functions or not plan.group_by:
        yield plan.model_copy(update={"select": (*shown, figure), "order_by": (), "limit": None})
