"""things_with_many: things that have so many rows of another table ("chefs with more than one recipe")."""

from __future__ import annotations

from collections.abc import Iterator

from nodes.coverage.asked.roles import rivals, said_role
from nodes.coverage.edits.joining import with_table
from nodes.coverage.inquiry import NAMED, Inquiry
from nodes.coverage.rows import row_key, row_names
from nodes.lexical.comparisons import meant_operator
from nodes.plan import ROW_COUNT, LiteralTerm, Operator, Plan, Predicate, TableSource
from value_index.schema import Schema

_COUNTED: frozenset[Operator] = frozenset((">", ">=", "="))
"""Comparisons that things without any such row do not meet."""
FIRST = 2
"""Words before the things that are asked for: "which", "list all"."""


def things_with_many(inquiry: Inquiry) -> Iterator[Plan]:
    """Yield the plan of the things named first of all that have so many rows of the table that a number counts.

    "Chefs with more than one recipe": `SELECT name FROM recipe JOIN chef GROUP BY chef_id HAVING count(*) > 1`.
    """
    evidence = inquiry.evidence
    things = [m for m in inquiry.named_tables if m.start <= FIRST]
    listed = [m for m in evidence.named if m.candidates[0][1] >= NAMED and evidence.in_head(m.start)]
    compared = [c for c in evidence.cues.comparisons if evidence.cues.count_compared(c, evidence.table_starts)]
    if len(compared) != 1 or not things or listed or evidence.aggregates or evidence.cues.count is not None:
        return
    at, operator = compared[0].position, meant_operator(inquiry.utterance, compared[0])
    counted = [m for m in inquiry.named_tables if at < m.start <= at + 2]
    thing = inquiry.schema.table(max(things, key=lambda m: m.score).table)
    if operator not in _COUNTED or not counted or thing is None or counted[0].table == thing.name:
        return
    other = max(counted, key=lambda m: m.score).table
    link = _link(inquiry, other, thing.name)
    if link is None and _has_roles(inquiry.schema, other, thing.name):
        return
    other = link or other
    plan = with_table(Plan(tables=(TableSource(table=other),), joins=()), thing.name, inquiry.schema)
    if plan is not None:
        shown = row_names(thing)
        count = ROW_COUNT
        having = Predicate(left=count, operator=operator, right=(LiteralTerm(value=compared[0].number),))
        yield plan.model_copy(
            update={"select": shown, "group_by": (row_key(shown[0], inquiry.schema),), "having": having}
        )


def _link(inquiry: Inquiry, other: str, thing: str) -> str | None:
    """Return the table that only ties both, unless a word names the role of a key between them: "who lead two projects"."""
    keys = inquiry.schema.foreign_keys
    direct = [key.source for key in keys if {key.source.table, key.target.table} == {other, thing}]
    if any(said_role(ref, inquiry) for ref in direct):
        return None
    for table in inquiry.schema.tables:
        ends = {
            key.target.table
            for key in keys
            if key.source.table == table.name and key.source.column in table.primary_key
        }
        if len(table.primary_key) > 1 and {other, thing} <= ends and table.name not in (other, thing):
            return table.name
    return None


def _has_roles(schema: Schema, other: str, thing: str) -> bool:
    """Tell whether rows are tied to things by several keys, of which the words would have to choose one."""
    keys = [key for key in schema.foreign_keys if key.source.table == other and key.target.table == thing]
    return any(rivals(schema, key.source, key.target) for key in keys)
