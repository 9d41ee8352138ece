"""what_they_did: what the things before did something with, where a verb alone asks for it ("what do they ship?")."""

from __future__ import annotations

from collections.abc import Iterator

from nodes.coverage.demand import Demand
from nodes.coverage.edits.following.led_to import asks_what_they_do, tables_led_to
from nodes.coverage.edits.following.shown_rows import keys_to, things_shown
from nodes.coverage.edits.joining import with_table
from nodes.coverage.follow_ups.chosen.restated import of_deed, restated, rows_left
from nodes.coverage.rows import has_name, row_names
from nodes.lexical.utterance import name_words, stem
from nodes.plan import ColumnTerm, Plan
from nodes.plan.traversal import conjunction, conjuncts, table_names
from value_index.schema import ColumnRef, Table

_STATES = frozenset(map(stem, (
    "status", "state", "priority", "channel", "grade", "note", "notes", "comment", "comments", "remark", "remarks", "currency", "unit", "method", "phase",
    "severity", "level", "mode", "stage", "reason", "source", "outcome", "result",
)))  # fmt: skip
"""Stems of columns that say how something was, not what it was."""


def what_they_did(demand: Demand) -> Iterator[Plan]:
    """Yield the things before, each beside what the rows that lead to it lead on to, or say that they are of.

    "What do they ship?" after shippers, of containers that have no name but a cargo:
    `SELECT DISTINCT shipper.name, container.cargo FROM shipper JOIN container ...`.
    """
    before = demand.previous
    verb = asks_what_they_do(demand)
    if before is None or verb is None:
        return
    chosen = before.group_by or before.limit is not None
    base = restated(before, demand) or rows_left(before, demand) if chosen else before
    if base is None or (not chosen and tables_led_to(demand)):
        return
    things = things_shown(base, demand)
    shown = tuple(term for term in base.select if isinstance(term, ColumnTerm))
    deed = _deed(verb, things, demand) if things is not None else None
    told = _told(deed, base, demand) if deed is not None else ()
    joined = with_table(base, told[0].table, demand.schema) if told else None
    if joined is not None and shown:
        kept = of_deed(before, deed) if deed is not None and base is not before else ()
        where = conjunction((*conjuncts(joined.where), *kept))
        update = {"select": (*shown, *told), "distinct": True, "where": where, "group_by": (), "order_by": ()}
        yield joined.model_copy(update=update)


def _deed(verb: str, things: Table, demand: Demand) -> Table | None:
    """Return the table of what the things did: that called by the verb, else the only one that leads to them."""
    led = [t for t in demand.schema.tables if t.name != things.name and keys_to(things, t.name, demand)]
    called = [t for t in led if stem(verb) in demand.inquiry.table_stems(t.name)]
    return called[0] if called else led[0] if len(led) == 1 else None


def _told(deed: Table, base: Plan, demand: Demand) -> tuple[ColumnTerm, ...]:
    """Return what the rows of a deed say it was done with: the only things that they lead to, else their only text."""
    read = {name.lower() for name in table_names(base.model_copy(update={"where": None}))}
    keys = [k for k in demand.schema.foreign_keys if k.source.table == deed.name]
    people = {table.name for table in demand.people}
    led = [k.target.table for k in keys if k.target.table.lower() not in read and k.target.table not in people]
    once = [name for name in dict.fromkeys(led) if led.count(name) == 1]
    if len(once) == 1 and (table := demand.schema.table(once[0])) is not None:
        if texts := _texts(deed, demand):
            return texts if len(texts) == 1 else ()
        return row_names(table) if has_name(table) or _is_called(table, demand) else ()
    texts = _texts(deed, demand)
    return texts if len(texts) == 1 else ()


def _is_called(table: Table, demand: Demand) -> bool:
    """Tell whether what stands for the rows of a table tells them apart: a model, no grade."""
    return all(demand.inquiry.profiles.is_unique(term.ref) for term in row_names(table))


def _texts(deed: Table, demand: Demand) -> tuple[ColumnTerm, ...]:
    """Return the texts of a table that say what its rows are of."""
    refs = [ColumnRef(table=deed.name, column=column.name) for column in deed.columns if column.kind == "text"]
    return tuple(
        ColumnTerm.of(ref)
        for ref in refs
        if ref not in demand.inquiry.keys
        and demand.inquiry.profiles.of(ref).date_form is None
        and demand.inquiry.profiles.of(ref).flag is None
        and not _STATES & set(map(stem, name_words(ref.column)))
    )
