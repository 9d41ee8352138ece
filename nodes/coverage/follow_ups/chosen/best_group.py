"""rows_of_best: the rows that belong to the one thing, or the one value, that a rank chose before ("list its bronzes", "and its clients?")."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nodes.coverage.demand import Demand
from nodes.coverage.edits.following.shown_rows import (
    key_term,
    keys_through,
    tables_named,
    things_shown,
)
from nodes.coverage.edits.joining import with_table
from nodes.coverage.rows import has_name, row_names
from nodes.plan import ColumnTerm, Plan, Predicate, SubPlan, TableSource
from nodes.plan.traversal import conjunction

_ITS = re.compile(r"\b(?:its|his|her|their|of it|of that one)\b", re.IGNORECASE)


def rows_of_best(demand: Demand) -> Iterator[Plan]:
    """Yield the rows of a table that belong to what a rank chose, where its things are a value, or a value names the rows.

    "And its clients?" after the best country: `SELECT name FROM client WHERE country = (SELECT country ... LIMIT 1)`.
    """
    before, cues = demand.previous, demand.evidence.cues
    if before is None or before.limit != 1 or not before.order_by or cues.count is not None or demand.units:
        return
    if not _ITS.search(demand.inquiry.utterance.text) or demand.evidence.named or demand.evidence.superlatives:
        return
    if len(demand.requirements) == 1:
        yield from _of_value(before, demand)
    elif not demand.requirements:
        yield from _of_unit(before, demand)


def _of_value(before: Plan, demand: Demand) -> Iterator[Plan]:
    """Yield the rows that a value names, of the thing that was chosen: "its bronzes"."""
    (named,), things = demand.requirements, things_shown(before, demand)
    option = named.options[0]
    table = demand.schema.table(option.column.table)
    if named.kind != "value" or things is None or table is None or not has_name(table) or tables_named(demand):
        return
    for key in keys_through(things, table.name, demand)[:1]:
        inner = before.model_copy(update={"select": (key_term(things),), "distinct": False})
        own = with_table(Plan(tables=(TableSource(table=table.name),), joins=()), key.table, demand.schema)
        of_it = Predicate(left=ColumnTerm.of(key), operator="=", right=(SubPlan(plan=inner),))
        if own is not None:
            where = conjunction((*option.conditions, of_it))
            yield own.model_copy(update={"select": row_names(table), "where": where})


def _of_unit(before: Plan, demand: Demand) -> Iterator[Plan]:
    """Yield the rows of a named table that have the value of the best group: the clients of the best country."""
    group = before.group_by[0] if len(before.group_by) == 1 else None
    named = tables_named(demand)
    if not isinstance(group, ColumnTerm) or len(named) != 1 or group.ref in demand.inquiry.keys or group.occurrence:
        return
    table = demand.schema.table(named[0])
    if table is None or group.table.lower() != table.name.lower() or group in row_names(table):
        return
    inner = before.model_copy(update={"select": (group,), "distinct": False})
    of_it = Predicate(left=group, operator="=", right=(SubPlan(plan=inner),))
    rows = Plan(tables=(TableSource(table=table.name),), joins=())
    yield rows.model_copy(update={"select": row_names(table), "where": conjunction((of_it,))})
