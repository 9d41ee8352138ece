"""asked_differences: how far two figures, or two times, lie apart."""

from __future__ import annotations

from collections.abc import Iterator

from nodes.coverage.calculations.durations import Duration
from nodes.coverage.calculations.ranked_thing import ranked_thing
from nodes.coverage.demand import Demand
from nodes.coverage.edits.groups import unit_terms
from nodes.coverage.edits.joining import with_table
from nodes.coverage.rows import has_name, row_key, row_names
from nodes.plan import Aggregate, AggregateFunction, Arithmetic, ColumnTerm, Ordering, Plan
from nodes.plan.traversal import walk


def asked_differences(plan: Plan, demand: Demand) -> Iterator[Plan]:
    """Yield a plan that shows one difference in the place of two figures, or the days between two times.

    "The difference between the highest and the lowest price": `SELECT max(price) - min(price) ...`.
    """
    if not demand.asks_difference or plan.set_operations:
        return
    if demand.duration is not None:
        yield from _lasting(plan, demand, demand.duration)
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
    shown = (*plan.select, *(each.term for each in plan.order_by))
    return any(isinstance(part, Arithmetic) and part.operator == "-" for term in shown for part in walk(term))


def _lasting(plan: Plan, demand: Demand, asked: Duration) -> Iterator[Plan]:
    """Yield a plan that shows how long its rows took, or ranks things by how long theirs took on average."""
    joined = with_table(plan, asked.first.table, demand.schema)
    if joined is None:
        return
    if demand.evidence.superlatives and (ranked := list(_slowest(joined, demand, asked))):
        yield from ranked
        return
    functions: list[AggregateFunction] = [function for _, function in demand.evidence.aggregates]
    if functions or not plan.group_by:
        grouped = tuple(term for term in plan.select if not isinstance(term, Aggregate)) if plan.group_by else ()
        shown = grouped if functions or plan.group_by else _names(asked.first.table, demand)
        figure = Aggregate(function=functions[0], argument=asked.term) if functions else asked.term
        bare = {"select": (*shown, figure), "order_by": (), "limit": None, "distinct": False}
        yield joined.model_copy(update=bare)


def _slowest(plan: Plan, demand: Demand, asked: Duration) -> Iterator[Plan]:
    """Yield the things whose rows took longest, or shortest, on average: "Which carrier is the slowest?"."""
    thing, first = ranked_thing(demand.inquiry), demand.evidence.superlatives[0]
    if thing is None:
        return
    joined = with_table(plan, thing.column.table, demand.schema)
    if joined is None:
        return
    own_row = thing.is_table and thing.column.table == asked.first.table
    word = demand.inquiry.utterance.words[first.position].text
    shown, key = unit_terms(thing.column, demand, is_table=thing.is_table)
    figure = asked.term if own_row else Aggregate(function="avg", argument=asked.term)
    order = Ordering(term=figure, descending=word in ("slowest", "longest"))
    update = {"select": shown, "group_by": () if own_row else (key,), "order_by": (order,), "limit": first.limit}
    yield joined.model_copy(update={**update, "having": None, "distinct": False})


def _names(table: str, demand: Demand) -> tuple[ColumnTerm, ...]:
    """Return what the rows of a table are called by, where each of them is spoken of."""
    found = demand.schema.table(table)
    asks_each = {"each", "every"} & {word.text for word in demand.inquiry.utterance.words}
    if found is None or not asks_each:
        return ()
    names = row_names(found)
    return names if has_name(found) else (row_key(names[0], demand.schema),)
