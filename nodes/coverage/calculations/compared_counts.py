"""compared_counts: things ordered by how many rows of another table they have, where it is asked which has more."""

from __future__ import annotations

from collections.abc import Iterator

from nodes.coverage.calculations.more_of import CountsCompared
from nodes.coverage.demand import Demand
from nodes.coverage.edits.groups import unit_terms
from nodes.coverage.edits.joining import with_table
from nodes.plan import ROW_COUNT, Aggregate, Ordering, Plan, TableSource
from nodes.plan.sources import reads_tables_only
from nodes.plan.traversal import columns, walk


def compared_counts(plan: Plan, demand: Demand) -> Iterator[Plan]:
    """Yield a plan that counts for each thing, the one with more first; alone if it is asked which.

    "Which store has more customers?": `SELECT name FROM store JOIN customer GROUP BY store_id ORDER BY count(*) DESC LIMIT 1`.
    """
    asked = demand.more
    if asked is None or plan.set_operations or not reads_tables_only(plan):
        return
    bare = Plan(select=(), tables=(TableSource(table=asked.counted),), joins=())
    start = plan.model_copy(update={"select": ()}) if demand.previous else bare
    joined = with_table(start, asked.counted, demand.schema)
    joined = with_table(joined, asked.thing.column.table, demand.schema) if joined else None
    if joined is None:
        return
    shown, key = unit_terms(asked.thing.column, demand, is_table=asked.thing.is_table)
    update = {
        "select": (*shown, ROW_COUNT) if asked.limit is None else shown, "group_by": (key,), "having": None, "distinct": False,
        "order_by": (Ordering(term=ROW_COUNT, descending=asked.descending),), "limit": asked.limit,
    }  # fmt: skip
    yield joined.model_copy(update=update)


def compares_counts(plan: Plan, asked: CountsCompared) -> bool:
    """Tell whether a plan shows the things, and ranks or shows the counts of their rows."""
    parts = (*plan.select, *(each.term for each in plan.order_by))
    counts = any(isinstance(part, Aggregate) and part.function == "count" for each in parts for part in walk(each))
    shown = {term.table.lower() for each in plan.select for term in columns(each)}
    return counts and bool(plan.group_by) and asked.thing.column.table.lower() in shown
