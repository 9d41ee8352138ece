"""two_at_once: things tied to two named ones, or to one and not the other ("bought both a hat and a scarf")."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nodes.coverage.asked.shown_list import told_of
from nodes.coverage.edits.joining import needed_tables
from nodes.coverage.inquiry import NAMED, Inquiry
from nodes.coverage.join_paths import hops
from nodes.coverage.requirement import Requirement
from nodes.coverage.requirements.values import value_requirements
from nodes.lexical.comparisons import number_of
from nodes.plan import ROW_COUNT, ColumnTerm, Join, Operator, Plan, Predicate, SubPlan, TableSource
from nodes.plan.traversal import conjunction
from value_index.schema import ColumnRef, Schema

_BOTH = re.compile(r"\bboth\b", re.IGNORECASE)
_BUT_NOT = re.compile(
    r"\bbut (?:(?:have |has |had |do |does |did )?(?:never|not|no)\b|\w+n't\b|without\b)", re.IGNORECASE
)


def two_at_once(inquiry: Inquiry) -> Iterator[Plan]:
    """Yield the plan of the things that are among those of each of two values, or among those of the first alone.

    "Users in both chess and choir": `id IN (... title = 'chess') AND id IN (... title = 'choir')`.
    """
    text = inquiry.utterance.text
    denied = _BUT_NOT.search(text)
    if denied is None and not _BOTH.search(text):
        return
    named = (each for each in value_requirements(inquiry) if not _is_number(inquiry, each))
    values = sorted(named, key=lambda each: each.start)
    pair = values[:2]
    thing = _thing(inquiry, pair)
    if len(values) < 2 or thing is None or pair[0].options[0].column.folded != pair[1].options[0].column.folded:
        return
    paths = [_members(inquiry, thing, each) for each in pair]
    if None in paths:
        return
    table = inquiry.schema.table(thing.table)
    assert table is not None
    operators: tuple[Operator, Operator] = ("in", "not in" if denied else "in")
    where = tuple(
        Predicate(left=ColumnTerm.of(thing), operator=operator, right=(SubPlan(plan=inner),))
        for operator, inner in zip(operators, paths, strict=True)
        if inner is not None
    )
    counted = inquiry.evidence.cues.count is not None
    shown = (ROW_COUNT,) if counted else told_of(table, inquiry)
    yield Plan(select=shown, tables=(TableSource(table=thing.table),), where=conjunction(where))


def _is_number(inquiry: Inquiry, value: Requirement) -> bool:
    """Tell whether a value is a number or a time: "both before 2009 and after 2011" names no two things."""
    words = inquiry.utterance.words[value.start : value.end]
    return value.start in inquiry.dated or any(number_of(word.text) is not None for word in words)


def _thing(inquiry: Inquiry, values: list[Requirement]) -> ColumnRef | None:
    """Return the key of the table whose rows are asked for: the first named, which is not that of the values."""
    stored = {each.options[0].column.table for each in values}
    named = [m for m in inquiry.evidence.mentions.tables if m.score >= NAMED and m.table not in stored]
    tables = [inquiry.schema.table(m.table) for m in sorted(named, key=lambda m: (m.start, -m.score))]
    return next((table.key for table in tables if table is not None and table.key is not None), None)


def _members(inquiry: Inquiry, thing: ColumnRef, value: Requirement) -> Plan | None:
    """Return the keys of the things that a value belongs to, over the table that ties both; None if nothing does."""
    option = value.options[0]
    held = Predicate(left=option.conditions[0].left, operator="=", right=option.conditions[0].right) if isinstance(option.conditions[0], Predicate) else None  # fmt: skip
    for link, here, there in _links(inquiry.schema, thing.table, option.column.table):
        joined = () if link == option.column.table else (TableSource(table=option.column.table),)
        on = () if not joined else (Join(on=Predicate(left=ColumnTerm.of(there[0]), operator="=", right=(ColumnTerm.of(there[1]),))),)  # fmt: skip
        plan = Plan(select=(ColumnTerm.of(here),), tables=(TableSource(table=link), *joined), joins=on, where=held)
        if needed_tables(plan):
            return plan
    return None


def _links(schema: Schema, thing: str, stored: str) -> Iterator[tuple[str, ColumnRef, tuple[ColumnRef, ColumnRef]]]:
    """Yield the tables that tie things to stored values: that of the values itself last, since a key of it is one role.

    For each the key to the things, and the two ends of the key to the values.
    """
    to_thing = {hop.right.table: hop.right for hop in hops(schema, thing) if not hop.up}
    for link, here in to_thing.items():
        for hop in hops(schema, link):
            if hop.up and hop.right.table == stored and link != stored:
                yield link, here, (hop.left, hop.right)
    if stored in to_thing:
        yield stored, to_thing[stored], (to_thing[stored], to_thing[stored])
