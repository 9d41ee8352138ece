"""regrouped: the figures before, of other units, where a turn says that all else stays ("as before but by village")."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nodes.coverage.demand import Demand
from nodes.coverage.edits.groups import unit_terms
from nodes.coverage.edits.joining import needed_tables, with_table
from nodes.coverage.edits.tables import uses_copies
from nodes.plan import ColumnTerm, Plan, TableSource
from nodes.plan.sources import reads_tables_only, source_tables
from nodes.plan.traversal import is_figure
from nodes.sql.joins.fill import with_joins
from value_index.schema import ColumnRef

_AS_BEFORE = re.compile(
    r"^\W*(?:(?:and|so|now|ok|okay|then|please|show|give|me)\b\W*)*"
    r"(?:(?:the )?same|(?:(?:the )?same |just )?(?:as|like) (?:before|above|that|previously|the last one))(?: again)?(?: thing| question| figures?| numbers?)?,? ?"
    r"(?:but |only |now |again )*(?:split |broken down |grouped )?(?:by|per|for each|for every|in each)\b",
    re.IGNORECASE,
)


def regrouped(demand: Demand) -> Iterator[Plan]:
    """Yield the plan before with its units exchanged: same figures, same conditions.

    "As before but by village" after `SELECT fruit, count(*) ... WHERE spoiled = 0 GROUP BY fruit`: `SELECT village, count(*) ...`.
    """
    before = demand.previous
    if before is None or not _AS_BEFORE.match(demand.inquiry.utterance.text) or demand.requirements:
        return
    if demand.units and before.having is None and before.limit is None:
        unit, is_table = demand.units[0]
        if (anew := grouped_anew(before, unit, demand, is_table=is_table)) is not None:
            yield anew


def grouped_anew(before: Plan, unit: ColumnRef, demand: Demand, *, is_table: bool) -> Plan | None:
    """Return the figures of a plan for each of other units; None if it tells none, or nothing links the two."""
    figures = tuple(term for term in before.select if is_figure(term))
    if not figures or not reads_tables_only(before):
        return None
    joined = with_table(before, unit.table, demand.schema)
    if joined is None:
        return None
    shown, key = unit_terms(unit, demand, is_table=is_table)
    order = tuple(each for each in before.order_by if is_figure(each.term))
    whole = joined.model_copy(update={"select": (*shown, *figures), "group_by": (key,), "order_by": order})
    return _without_units(whole, before, demand)


def _without_units(plan: Plan, before: Plan, demand: Demand) -> Plan:
    """Return a plan without the tables that only the units before needed, one for each row, so that none is lost."""
    names = source_tables(plan)
    needed = needed_tables(plan)
    units = {term.table.lower() for term in before.group_by if isinstance(term, ColumnTerm)} - needed
    led = {k.target.table.lower() for k in demand.schema.foreign_keys if k.source.table in names}
    kept = tuple(TableSource(table=name) for name in names if name.lower() not in units & led)
    if not kept or len(kept) == len(names) or uses_copies(plan):
        return plan
    bare = plan.model_copy(update={"tables": kept, "joins": None if len(kept) > 1 else ()})
    return with_joins(bare, demand.schema)
