"""same_of_others: what was counted, counted of other things ("the same for agents", "same for harvests per grower")."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nodes.coverage.demand import Demand
from nodes.coverage.edits.following.shown_rows import tables_named
from nodes.coverage.edits.groups import unit_terms
from nodes.coverage.edits.joining import with_table
from nodes.coverage.follow_ups.chosen.restated import rows_told
from nodes.coverage.follow_ups.exchanged.regrouped import grouped_anew
from nodes.coverage.rows import row_names
from nodes.plan import Aggregate, ColumnTerm, Condition, Plan, PlanModel, Star, TableSource
from nodes.plan.sources import reads_tables_only
from nodes.plan.traversal import columns, conjunction, conjuncts, is_figure, rewrite
from value_index.schema import ColumnRef, Schema

_SAME = re.compile(
    r"^\W*(?:(?:and|so|now|ok|okay|then|please|show|give|do|me|can you|could you|i want)\b\W*)*"
    r"(?:(?:the )?same(?: thing| question| figures?| numbers?| count| again)?,? (?:but )?(?:for|with|of)|likewise for|ditto for|as before but for)\b",
    re.IGNORECASE,
)
_NOW = re.compile(r"^\W*(?:(?:and|ok|okay|then)\b\W*)*(?:now|next)\b(?: (?:for|the|show|count))?", re.IGNORECASE)
MOST_WORDS = 9
"""Words of a turn that only names other things."""
_ROWS = Aggregate(function="count", argument=Star())


def same_of_others(demand: Demand) -> Iterator[Plan]:
    """Yield the count before of the rows of another table, or of the rows before for each of those.

    "The same for agents" after `SELECT client.name, count(*) FROM ticket JOIN client ... WHERE status = 'open' GROUP BY client.id`:
    `SELECT agent.name, count(*) FROM ticket JOIN agent ... WHERE status = 'open' GROUP BY agent.id`.
    """
    before, utterance = demand.previous, demand.inquiry.utterance
    same = bool(_SAME.match(utterance.text))
    if before is None or not (same or _NOW.match(utterance.text)) or len(utterance.words) > MOST_WORDS:
        return
    if demand.requirements or demand.time_unit or demand.evidence.superlatives or demand.evidence.aggregates:
        return
    figures = [term for term in before.select if is_figure(term)]
    of_unit = {ref.table for ref, is_table in demand.units if is_table}
    named = [name for name in tables_named(demand) if name not in of_unit]
    counted = figures == [_ROWS] and before.having is None and before.limit is None
    if len(named) != 1 or not reads_tables_only(before):
        return
    if demand.units and counted:
        yield from _per_unit(before, named[0], demand)
    elif same and counted and before.group_by:
        yield from _of_groups(before, named[0], demand)
    elif same and not before.group_by and (counted or not figures):
        yield from _ofrows_told(before, named[0], demand, counted=counted)


def _per_unit(before: Plan, table: str, demand: Demand) -> Iterator[Plan]:
    """Yield the rows of a table counted for each of the units that are named, under what was asked of them before."""
    unit, is_table = demand.units[0]
    kept = [each for each in conjuncts(before.where) if _holds_of(each, table, demand.schema)]
    joined = _under(Plan(tables=(TableSource(table=table),), joins=()), tuple(kept), demand)
    joined = with_table(joined, unit.table, demand.schema) if joined is not None else None
    if joined is not None:
        shown, key = unit_terms(unit, demand, is_table=is_table)
        yield joined.model_copy(update={"select": (*shown, _ROWS), "group_by": (key,)})


def _of_groups(before: Plan, table: str, demand: Demand) -> Iterator[Plan]:
    """Yield the count of the same rows for each of other things that they lead to, else the rows of a table for each of the same things."""
    rows, schema, found = rows_told(before, demand.schema), demand.schema, demand.schema.table(table)
    group = before.group_by[0] if len(before.group_by) == 1 else None
    if found is None or found.key is None or rows is None or not isinstance(group, ColumnTerm) or table == group.table:
        return
    sources = [k.source.table for k in schema.foreign_keys if k.target.table == table]
    if any(sources.count(name) > 1 for name in (rows, *_above(rows, schema))):
        return  # which of its roles is meant, nothing says
    if table in _above(rows, schema) or (table != rows and _bridged(rows, table, schema)):
        anew = grouped_anew(before, found.key, demand, is_table=True)
        if anew is not None:
            yield anew
    elif group.table in _above(table, schema):
        kept = conjuncts(before.where)
        if all(_holds_of(each, table, schema) for each in kept):
            joined = _under(Plan(tables=(TableSource(table=table),), joins=()), kept, demand)
            joined = with_table(joined, group.table, schema) if joined is not None else None
            if joined is not None:
                yield joined.model_copy(update={"select": before.select, "group_by": before.group_by})


def _ofrows_told(before: Plan, table: str, demand: Demand, *, counted: bool) -> Iterator[Plan]:
    """Yield the rows of another table under the conditions before: on columns that it has too, or on what it leads to."""
    rows, found = rows_told(before, demand.schema), demand.schema.table(table)
    if rows is None or rows == table or found is None:
        return
    own = {column.name.lower(): column.name for column in found.columns}
    moved: list[Condition] = []
    for each in conjuncts(before.where):
        if {term.table for term in columns(each)} == {rows} and all(t.column.lower() in own for t in columns(each)):
            moved.append(rewrite(each, lambda part: _of_table(part, table, own)))
        elif _holds_of(each, table, demand.schema):
            moved.append(each)
        else:
            return
    joined = _under(Plan(tables=(TableSource(table=table),), joins=()), tuple(moved), demand)
    if joined is not None:
        yield joined.model_copy(update={"select": (_ROWS,) if counted else row_names(found)})


def _of_table(part: PlanModel, table: str, own: dict[str, str]) -> PlanModel:
    if not isinstance(part, ColumnTerm):
        return part
    return ColumnTerm.of(ColumnRef(table=table, column=own[part.column.lower()]))


def _under(plan: Plan, conditions: tuple[Condition, ...], demand: Demand) -> Plan | None:
    """Return a plan under some conditions, joined to their tables."""
    found: Plan | None = plan
    for term in (term for each in conditions for term in columns(each)):
        found = with_table(found, term.table, demand.schema) if found is not None else None
    return found.model_copy(update={"where": conjunction(conditions)}) if found is not None else None


def _holds_of(condition: Condition, table: str, schema: Schema) -> bool:
    """Tell whether a condition speaks of the rows of a table, or of what each of them leads to."""
    return {term.table for term in columns(condition)} <= {table, *_above(table, schema)}


def _above(table: str, schema: Schema) -> frozenset[str]:
    """Return the tables that each row of a table leads to, by one key after the other."""
    found: set[str] = set()
    new = {table}
    while new:
        new = {k.target.table for k in schema.foreign_keys if k.source.table in new} - found - {table}
        found |= new
    return frozenset(found)


def _bridged(one: str, other: str, schema: Schema) -> bool:
    """Tell whether a table leads to both of two tables."""
    led = {name: {k.source.table for k in schema.foreign_keys if k.target.table == name} for name in (one, other)}
    return bool(led[one] & led[other])
