"""of_chosen_groups: what other tables hold of the units that a count chose ("how many tracks do they have?" after artists with 9 albums)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nodes.coverage.demand import Demand
from nodes.coverage.edits.following.shown_rows import tables_named
from nodes.coverage.edits.joining import with_table
from nodes.coverage.edits.shown.people import asked_people
from nodes.coverage.follow_ups.chosen.restated import restated
from nodes.coverage.rows import row_names
from nodes.plan import ROW_COUNT, Plan
from nodes.plan.sources import source_tables

_THEM = re.compile(r"\b(?:they|them|those|these|their|each|it|its|he|she|that|this)\b", re.IGNORECASE)


def of_chosen_groups(demand: Demand) -> Iterator[Plan]:
    """Yield the units with a count of another table's rows, or with what another table calls theirs.

    The count that chose them is taken before any other table joins: a join would count other rows.
    """
    before = demand.previous
    if before is None or demand.requirements or demand.units or demand.evidence.aggregates:
        return
    base = restated(before, demand) if _THEM.search(demand.inquiry.utterance.text) else None
    if base is None:
        return
    key = base.group_by
    rows = base.model_copy(update={"group_by": ()})
    read = {name.lower() for name in demand.evidence.previous_tables}
    new = [name for name in tables_named(demand) if name.lower() not in read]
    for name in new[:1]:
        if before.limit is not None and not _leads_to(base, name, demand):
            continue  # what another table holds of a ranked row is told by `of_ranked`
        joined, table = with_table(rows, name, demand.schema), demand.schema.table(name)
        if joined is None or table is None:
            continue
        if demand.evidence.cues.count is not None:
            figure = ROW_COUNT
            yield joined.model_copy(update={"select": (*base.select, figure), "group_by": key})
        elif all(mention.candidates[0][0] in demand.inquiry.keys for mention in demand.evidence.named):
            yield joined.model_copy(update={"select": (*base.select, *row_names(table))})
    if not new and demand.asks_who and demand.evidence.cues.count is None:
        yield from (each for each in asked_people(rows, demand) if len(each.tables) > 1)


def _leads_to(base: Plan, name: str, demand: Demand) -> bool:
    """Tell whether the things have a key to a table."""
    things = set(source_tables(base))
    return any(k.source.table in things and k.target.table == name for k in demand.schema.foreign_keys)
