"""nothing_at_all: the things of which another table holds nothing, asked for after a turn about these things."""

from __future__ import annotations

from collections.abc import Iterator

from nodes.coverage.demand import Demand
from nodes.coverage.edits.following.shown_rows import key_term, keys_to, tables_named, things_shown
from nodes.coverage.rows import row_names
from nodes.plan import ColumnTerm, Plan, Predicate, SubPlan, TableSource, Term
from nodes.plan.sources import folded_sources
from nodes.plan.traversal import columns, conjunction, conjuncts
from value_index.schema import ColumnRef, Table

_NEVER = frozenset(
    ("never", "not", "no", "without", "none", "haven't", "hasn't", "didn't", "don't", "doesn't", "hadn't")
)
_REACH = 5
"""Words from a denial to what is not there."""


def nothing_at_all(plan: Plan, demand: Demand) -> Iterator[Plan]:
    """Yield the things shown before of which a named table holds nothing, those chosen before, and all.

    "And those that never had a visit?" after visits of each doctor:
    `SELECT name FROM doctor WHERE doctor_id NOT IN (SELECT doctor_id FROM visit)`.
    """
    things, deed = things_shown(plan, demand), deed_denied(demand)
    if plan != demand.previous or plan.set_operations or things is None or deed is None:
        return
    absent = Predicate(left=key_term(things), operator="not in", right=(SubPlan(plan=_of_deed(deed, demand)),))
    tables = folded_sources(plan)
    if deed.table.lower() not in tables and not plan.group_by and plan.limit is None:
        yield plan.model_copy(update={"where": conjunction((*conjuncts(plan.where), absent))})
    shown = tuple(t for t in plan.select if isinstance(t, ColumnTerm) and t.table.lower() == things.name.lower())
    select: tuple[Term, ...] = shown if set(row_names(things)) <= set(shown) else row_names(things)
    own = [each for each in conjuncts(plan.where) if {t.table.lower() for t in columns(each)} == {things.name.lower()}]
    for kept in dict.fromkeys((tuple(own), ())):
        where = conjunction((*kept, absent))
        yield Plan(select=select, tables=(TableSource(table=things.name),), joins=(), where=where)


def deed_denied(demand: Demand) -> ColumnRef | None:
    """Return the key by which a denied table leads to the things of the turn before: "never had a visit"."""
    before, words = demand.previous, demand.inquiry.utterance.words
    things = things_shown(before, demand) if before is not None else None
    if things is None or demand.requirements or demand.evidence.cues.count is not None or _names_others(things, demand):
        return None
    denials = [at for at, word in enumerate(words) if word.text in _NEVER]
    near = [m for m in demand.evidence.mentions.tables if any(0 < m.start - at <= _REACH for at in denials)]
    denied = [*(m.table for m in near if m.score >= 0.8), *demand.tables_denied]
    return next((key for name in denied for key in keys_to(things, name, demand)), None)


def _names_others(things: Table, demand: Demand) -> bool:
    """Tell whether the words name things of another table first: "Which shops never had one?" after books."""
    named = tables_named(demand)
    return bool(named) and named[0].lower() != things.name.lower() and not keys_to(things, named[0], demand)


def _of_deed(key: ColumnRef, demand: Demand) -> Plan:
    """Return the keys of the things of which a table does hold something."""
    term = ColumnTerm.of(key)
    told = Predicate(left=term, operator="is not null") if demand.inquiry.profiles.of(key).has_null else None
    return Plan(select=(term,), tables=(TableSource(table=key.table),), joins=(), where=told)
