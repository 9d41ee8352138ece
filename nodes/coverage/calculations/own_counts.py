"""counted_rows: the rows of another table counted, where a plan counts each row of its own table by itself."""

from __future__ import annotations

from collections.abc import Iterator

from nodes.coverage.demand import Demand
from nodes.coverage.edits.joining import with_table
from nodes.coverage.rows import fixed_sources
from nodes.plan import Aggregate, ColumnTerm, Plan, Star
from nodes.plan.sources import folded_sources, reads_tables_only
from nodes.plan.traversal import walk

MOST_TABLES = 2


def counts_itself(plan: Plan, demand: Demand) -> bool:
    """Tell whether a plan counts rows of one table by what each row has for itself: every count is 1.

    "Countries with more than 30 customers": `FROM country GROUP BY country HAVING count(*) > 30`.
    """
    if not plan.group_by or not reads_tables_only(plan):
        return False
    parts = (*plan.select, *plan.order_by, *((plan.having,) if plan.having else ()))
    counts = any(isinstance(part, Aggregate) and part.function == "count" for each in parts for part in walk(each))
    profiles = demand.inquiry.profiles
    if len(plan.tables) > 1:
        return counts and len(fixed_sources(plan, demand.schema)) == len(plan.tables)
    return counts and any(isinstance(term, ColumnTerm) and profiles.is_unique(term.ref) for term in plan.group_by)


def counted_rows(plan: Plan, demand: Demand) -> Iterator[Plan]:
    """Yield a plan joined to the rows that the words count: named ("customers"), or done ("the most rented films")."""
    own = folded_sources(plan)
    if counts_itself(plan, demand):
        counted = _counted(demand)
    elif plan.group_by and any(isinstance(part, Aggregate) and isinstance(part.argument, Star) for part in walk(plan)):
        counted = _compared(demand)
    else:
        return
    for table in [each for each in counted if each.lower() not in own][:MOST_TABLES]:
        joined = with_table(plan, table, demand.schema)
        if joined is not None:
            yield joined


def _compared(demand: Demand) -> list[str]:
    """Return the tables whose rows the words count by a number: "more than 30 customers"."""
    found = [
        mention.table
        for comparison in demand.evidence.cues.comparisons
        for mention in demand.inquiry.named_tables
        if comparison.position < mention.start <= comparison.end + 1
    ]
    return list(dict.fromkeys(found))


def _counted(demand: Demand) -> list[str]:
    """Return the tables whose rows the words may count, those named first."""
    named = [mention.table for mention in demand.inquiry.named_tables]
    before = list(demand.evidence.previous_tables)
    return list(dict.fromkeys((*demand.tables_done, *named, *before)))
