"""how_many_beside: a number beside each of the things listed ("with how many in stock", "with how many tickets each")."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nodes.coverage.demand import Demand
from nodes.coverage.edits.following.shown_rows import key_term, keys_through, tables_named, things_shown
from nodes.coverage.edits.joining import with_table
from nodes.coverage.rows import row_names
from nodes.lexical.utterance import stem
from nodes.plan import Aggregate, ColumnTerm, Plan, Star, Term
from nodes.plan.sources import folded_sources, reads_tables_only
from value_index.schema import ColumnRef, Table

_BESIDE = re.compile(
    r"^\W*(?:(?:and|also|please|add|show|but)\b\W*)*(?:along |together )?with (?:how many|how much|the number of|their number of) (?P<what>[\w ]+?)"
    r"(?: (?:they|it|there|each) (?:have|has|had|made|did|got|hold|holds|is|are|were))?(?: each| left)?\W*$",
    re.IGNORECASE,
)


def how_many_beside(demand: Demand) -> Iterator[Plan]:
    """Yield the list before with a stored number beside each of its things, else with a count of another table's rows.

    "With how many in stock" after `SELECT model FROM machine`: `SELECT model, spares_in_stock FROM machine`.
    """
    before, found = demand.previous, _BESIDE.match(demand.inquiry.utterance.text)
    if before is None or found is None or not reads_tables_only(before) or before.group_by or before.distinct:
        return
    things = things_shown(before, demand)
    if things is None or not all(isinstance(term, ColumnTerm | Star) for term in before.select):
        return
    shown = _names(before, things)
    number = _stored(found["what"], things, demand)
    if number is not None:
        term = ColumnTerm.of(number)
        if term not in shown:
            yield before.model_copy(update={"select": (*shown, term)})
    elif not demand.requirements and before.limit is None:
        yield from _counted(before, shown, things, demand)


def _names(before: Plan, things: Table) -> tuple[Term, ...]:
    """Return what was shown; what the things are called by, where all of them was."""
    stars = any(isinstance(term, Star) for term in before.select)
    return tuple(row_names(things)) if stars else before.select


def _stored(what: str, things: Table, demand: Demand) -> ColumnRef | None:
    """Return the only number of the things whose name has the words: "in stock" of units_in_stock."""
    said = {stem(word) for word in what.lower().split()}
    refs = [ColumnRef(table=things.name, column=column.name) for column in things.columns if column.kind == "number"]
    called = {ref: len(said & demand.inquiry.column_stems(ref)) for ref in refs if ref not in demand.inquiry.keys}
    most = max(called.values(), default=0)
    best = [ref for ref, words in called.items() if words == most]
    named = any(m.table != things.name for m in demand.inquiry.named_tables)
    return best[0] if most and len(best) == 1 and not named else None


def _counted(before: Plan, shown: tuple[Term, ...], things: Table, demand: Demand) -> Iterator[Plan]:
    """Yield the things with a count of the rows of a table that is named."""
    read = folded_sources(before)
    for name in tables_named(demand):
        joined = with_table(before, name, demand.schema) if keys_through(things, name, demand) else None
        if joined is not None and name.lower() not in read:
            select = (*shown, Aggregate(function="count", argument=Star()))
            yield joined.model_copy(update={"select": select, "group_by": (key_term(things),), "order_by": ()})
            return
