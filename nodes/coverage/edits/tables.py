"""idle_tables: tables that nothing in a plan needs, taken out."""

from __future__ import annotations

from collections.abc import Iterator

from nodes.coverage.demand import Demand
from nodes.coverage.edits.joining import needed_tables
from nodes.plan import Plan, Star, TableSource
from nodes.plan.sources import reads_tables_only, source_tables
from nodes.plan.traversal import columns, walk
from nodes.sql.joins.fill import with_joins


def uses_copies(plan: Plan) -> bool:
    """Tell whether a plan needs a second occurrence of a table."""
    bare = plan.model_copy(update={"joins": ()})
    return any(term.occurrence > 0 for term in columns(bare))


def idle_tables(plan: Plan, demand: Demand) -> Iterator[Plan]:
    """Yield a plan joined over the tables alone whose columns it uses.

    `SELECT patient.name FROM patient JOIN appointment` becomes `SELECT name FROM patient`.
    """
    if plan.set_operations or len(plan.tables) < 2 or not reads_tables_only(plan):
        return
    if any(isinstance(part, Star) for term in plan.select for part in walk(term)):
        return  # what is counted, or shown in full, are the rows of all tables
    names = source_tables(plan)
    needed = needed_tables(plan)
    kept = tuple(TableSource(table=name) for name in dict.fromkeys(names) if name.lower() in needed)
    if kept and len(kept) < len(names) and not uses_copies(plan):
        changed = with_joins(
            plan.model_copy(update={"tables": kept, "joins": None if len(kept) > 1 else ()}), demand.schema
        )
        if len(changed.tables) < len(plan.tables):
            yield changed
