"""both_times: the things to which something happened in each of two times ("clients who ordered in both 2022 and 2024")."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nodes.coverage.asked.people import people_tables
from nodes.coverage.asked.shown_list import told_of
from nodes.coverage.edits.joining import with_table
from nodes.coverage.inquiry import NAMED, Inquiry
from nodes.coverage.join_paths import key_path
from nodes.coverage.periods import Period
from nodes.coverage.requirements.dates import date_requirements, time_conditions
from nodes.plan import ROW_COUNT, ColumnTerm, Plan, Predicate, SubPlan, TableSource
from nodes.plan.traversal import conjunction
from value_index.schema import ColumnRef

_BOTH = re.compile(r"\bboth (?:(?:in|during|of|for|from|the year) )*$|\b(?:as well as|and also)\b", re.IGNORECASE)


def both_times(inquiry: Inquiry) -> Iterator[Plan]:
    """Yield the plan of the things that are among those of each of two times.

    "Clients who ordered both in 2022 and in 2024": `id IN (... ordered in 2022) AND id IN (... ordered in 2024)`.
    """
    text = inquiry.utterance.text
    for period in inquiry.periods:
        if len(period.parts) != 2 or not _BOTH.search(text[: period.start]):
            continue
        thing = _thing(inquiry, period)
        if thing is None:
            return
        for each in date_requirements(inquiry):
            for option in each.options:
                members = [_members(inquiry, option.column, part, thing) for part in period.parts]
                if None not in members:
                    yield _plan(inquiry, thing, [plan for plan in members if plan is not None])
                    return


def _thing(inquiry: Inquiry, period: Period) -> ColumnRef | None:
    """Return the key of the things named first: people, or what happens at no time of its own."""
    at, _ = inquiry.utterance.span(period.start, period.stop)
    named = [m for m in inquiry.evidence.mentions.tables if m.score >= NAMED and m.start < at]
    people = {table.name for table in people_tables(inquiry)}
    for mention in sorted(named, key=lambda m: (m.start, -m.score))[:1]:
        table = inquiry.schema.table(mention.table)
        refers = any(key.source.table == mention.table for key in inquiry.schema.foreign_keys)
        if table is not None and (table.name in people or not refers):
            return table.key
    return None


def _members(inquiry: Inquiry, dated: ColumnRef, period: Period, thing: ColumnRef) -> Plan | None:
    """Return the keys of the things that rows of one period lead to; None if none do."""
    if dated.table == thing.table:
        return None
    path = key_path(inquiry.schema, frozenset((dated.table.lower(),)), thing.table.lower())
    held = conjunction(time_conditions(inquiry.profiles.of(dated), period))
    if not path or held is None or not all(hop.up for hop in path):
        return None
    last = path[-1]
    bare = Plan(select=(ColumnTerm.of(last.left),), tables=(TableSource(table=dated.table),), joins=(), where=held)
    return with_table(bare, last.left.table, inquiry.schema)


def _plan(inquiry: Inquiry, thing: ColumnRef, members: list[Plan]) -> Plan:
    table = inquiry.schema.table(thing.table)
    assert table is not None
    where = tuple(Predicate(left=ColumnTerm.of(thing), operator="in", right=(SubPlan(plan=each),)) for each in members)
    counted = inquiry.evidence.cues.count is not None
    return Plan(
        select=(ROW_COUNT,) if counted else told_of(table, inquiry),
        tables=(TableSource(table=thing.table),),
        where=conjunction(where),
    )
