"""extreme_of_each: the rows that come first within each unit ("the cheapest product in each category")."""

from __future__ import annotations

from collections.abc import Iterator

from nodes.coverage.asked.group import asked_units
from nodes.coverage.asked.order import ranked_down
from nodes.coverage.asked.roles import said_role
from nodes.coverage.inquiry import Inquiry
from nodes.coverage.shapes.measured_by import measure_of
from nodes.lexical.evidence import display_columns
from nodes.plan import Aggregate, ColumnTerm, Plan, Predicate, SubPlan, TableSource
from value_index.schema import ColumnRef

AFTER = 2
"""Words from a superlative to the things that it ranks."""


def extreme_of_each(inquiry: Inquiry) -> Iterator[Plan]:
    """Yield the plan of the things that are first within their unit.

    "The cheapest product in each category": `price = (SELECT min(price) FROM product AS p WHERE p.category = category)`.
    """
    units = asked_units(inquiry)
    for each in inquiry.evidence.superlatives[:1]:
        word = inquiry.utterance.words[each.position].text
        if each.limit > 1:
            return
        thing = _thing(inquiry, each.position)
        measure = measure_of(inquiry, word, each.position, thing) if thing else None
        if thing is None or measure is None:
            return
        for unit, is_table in units:
            key = _key(inquiry, unit, thing, is_table=is_table)
            if key is not None and key != measure:
                down = bool(ranked_down(word, (measure,), inquiry))
                yield _plan(inquiry, measure, key, unit, descending=down)
                return


def _thing(inquiry: Inquiry, at: int) -> str | None:
    """Return the table whose rows are ranked: named right after the superlative, else first of all."""
    named = inquiry.named_tables
    after = [m.table for m in named if at < m.start <= at + AFTER]
    before = [m.table for m in named if m.start < at]
    return next(iter((*after, *before)), None)


def _key(inquiry: Inquiry, unit: ColumnRef, thing: str, *, is_table: bool) -> ColumnRef | None:
    """Return the column of the things that tells their unit; None if they have none."""
    if unit.table == thing:
        return None if is_table else unit
    keys = sorted(inquiry.schema.foreign_keys, key=lambda key: -said_role(key.source, inquiry))
    for key in keys:
        if key.source.table == thing and key.target.table == unit.table:
            return key.source
    return None


def _plan(inquiry: Inquiry, measure: ColumnRef, key: ColumnRef, unit: ColumnRef, *, descending: bool) -> Plan:
    value, unit_of = ColumnTerm.of(measure), ColumnTerm.of(key)
    inner = Plan(
        select=(Aggregate(function="max" if descending else "min", argument=value),),
        tables=(TableSource(table=measure.table),),
        where=Predicate(left=unit_of, operator="=", right=(unit_of.model_copy(update={"outer": 1}),)),
    )
    thing, other = inquiry.schema.table(measure.table), inquiry.schema.table(unit.table)
    assert thing is not None and other is not None
    shown = (unit,) if unit.table == measure.table else display_columns(other)
    sources = tuple(TableSource(table=name) for name in dict.fromkeys((measure.table, unit.table)))
    return Plan(
        select=tuple(map(ColumnTerm.of, dict.fromkeys((*shown, *display_columns(thing))))),
        tables=sources,
        where=Predicate(left=value, operator="=", right=(SubPlan(plan=inner),)),
    )
