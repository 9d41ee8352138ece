"""totals: how much the rows before amount to ("what do they add up to?", "how much did they spend?", "how heavy are they in all?")."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nodes.coverage.demand import Demand
from nodes.coverage.edits.following.shown_rows import things_shown
from nodes.coverage.edits.groups import NEVER_SUMMED
from nodes.coverage.edits.joining import with_table
from nodes.coverage.edits.tables import idle_tables
from nodes.coverage.follow_ups.chosen.restated import restated, rows_left
from nodes.lexical.utterance import stem
from nodes.plan import Aggregate, ColumnTerm, Plan, Term
from nodes.plan.sources import folded_sources, reads_tables_only, source_tables
from nodes.plan.traversal import columns, is_figure
from value_index.schema import ColumnRef

_THEY = r"(?:they(?: each)?|each(?: one| of (?:them|those|these))?|it|that|this|those|these|he|she|all (?:that|this|of (?:them|it|that))|(?:the|those|these)(?: (?!most\b|least\b)\w+){1,2})"
_IN_ALL = r"(?:in all|in total|altogether|overall|all in all|all together|combined|together|in sum)"
_ADDS_UP = re.compile(
    rf"\b(?:what|how much) (?:do|does|did|will|would) {_THEY} (?:all )?(?:add up|come|amount|sum up|total)(?: up)?(?: to)?\b"
    rf"|\b(?:what|how much) (?:is|are|was|were|do|does|did|have|has|had) {_THEY} (?:\w+ ){{0,3}}{_IN_ALL}\W*$|\bwhat(?:'s|s)? (?:is )?the (?:grand )?total\W*$"
    rf"|^\W*(?:and |so |now )?(?:add|sum) (?:them|those|that|it|these) (?:all )?up\W*$|^\W*(?:and |so )?in total\W*$",
    re.IGNORECASE,
)
_MONEY = re.compile(
    rf"\b(?:how much|what) (?:(?:do|does|did|have|has|had|is|are|was|were) {_THEY} )(?:all |been )?"
    r"(?:spend|spent|pay|paid|bring in|brought in|earn|earned|bring us|brought us|make us|made us|take in|taken in|charged)\b"
    rf"|\b(?:how much|what) (?:did|have|has|had) {_THEY} (?:all )?cost\b",
    re.IGNORECASE,
)
_MEASURED = re.compile(rf"\bhow (?P<how>heavy|long|big|large) (?:are|is|were|was) {_THEY} {_IN_ALL}", re.IGNORECASE)
_AMOUNTS = tuple(
    frozenset(map(stem, words))
    for words in (("amount", "amt", "total", "revenue", "sum", "paid"), ("fee", "charge", "cost", "payment", "fare", "premium"), ("price", "value"))
)  # fmt: skip
"""Stems of columns of money, the surest first."""
_ADDED = frozenset(map(stem, ("weight", "size")))
"""Measures whose sum is asked in so many words, though of no unit."""
_MEASURES = {
    "heavy": frozenset(map(stem, ("weight", "mass", "tonnes", "tons", "kg"))),
    "long": frozenset(map(stem, ("duration", "length", "minutes", "hours", "seconds", "runtime"))),
    "big": frozenset(map(stem, ("size", "area"))), "large": frozenset(map(stem, ("size", "area"))),
}  # fmt: skip

HALF_NAMED = 0.5
"""Score of a mention by a part of a column's name: "insured for" of insured_value."""


def totals(demand: Demand) -> Iterator[Plan]:
    """Yield the sum of an amount over the rows before, beside each unit where these were told of units.

    "How much did they pay?" after `SELECT name FROM client WHERE town = 'Ely'`: `SELECT sum(fee) FROM client JOIN visit ...`.
    """
    before = demand.previous
    if before is None or demand.requirements or demand.units or demand.time_unit:
        return
    amount = _sold(before, demand) if demand.sales else _amount_asked(demand)
    if amount is None or not reads_tables_only(before):
        return
    before = before.model_copy(update={"distinct": False})
    summed = amount if isinstance(amount, Aggregate) else Aggregate(function="sum", argument=amount)
    table = "" if isinstance(amount, Aggregate) else next(columns(amount)).table
    left = (restated(before, demand) or rows_left(before, demand)) if table else None
    base = left if not _reads(before, table) or before.limit is not None else None
    joined = with_table(base or before, table, demand.schema) if table else before
    if joined is None or joined.limit is not None:
        return
    units = tuple(term for term in joined.select if not is_figure(term)) if table else ()
    key = joined.group_by or (base.group_by if base else ())
    if base is not None:
        yield joined.model_copy(update={"select": (*units, summed), "group_by": key, "order_by": ()})
    elif joined.group_by and table:
        order = tuple(each for each in joined.order_by if not is_figure(each.term))
        yield joined.model_copy(update={"select": (*units, summed), "order_by": order, "limit": None})
    else:
        bare = {"select": (summed,), "group_by": (), "having": None, "order_by": (), "limit": None}
        whole = joined.model_copy(update=bare)
        yield next(idle_tables(whole, demand), whole)


def _sold(before: Plan, demand: Demand) -> Term | None:
    """Return what was sold, where a column stores it or a count chose groups; of anything else it is asked as ever."""
    if demand.sales is None:
        return None
    figures = [figure.term for figure in demand.sales.figures]
    if restated(before, demand) is None:
        return figures[0] if isinstance(figures[0], ColumnTerm) and _amount_asked(demand) else None
    return next((term for term in figures if isinstance(term, ColumnTerm)), figures[0])


def _reads(plan: Plan, table: str) -> bool:
    return table.lower() in folded_sources(plan)


def _amount_asked(demand: Demand) -> Term | None:
    """Return the amount that the words ask for in all: the only figure shown, else money of the rows, or of what belongs to them."""
    text, before = demand.inquiry.utterance.text, demand.previous
    assert before is not None
    if _ADDS_UP.search(text):
        shown = [term for term in before.select if _is_amount(term, demand)]
        figures = [term for term in before.select if is_figure(term)]
        if (named := _named(demand)) is not None:
            return named
        if len(figures) == 1 and before.having is None and before.group_by:
            figure = figures[0]
            return figure if isinstance(figure, Aggregate) and figure.function in ("sum", "count") else None
        if figures:
            return None
        return shown[0] if len(shown) == 1 else next(_amounts(demand, _AMOUNTS), None)
    if _MONEY.search(text):
        return _named(demand) or next(_amounts(demand, _AMOUNTS), None)
    found = _MEASURED.search(text)
    return next(_amounts(demand, (_MEASURES[found["how"].lower()],)), None) if found else None


def _named(demand: Demand) -> ColumnTerm | None:
    """Return the only amount that the words name by itself; None without one."""
    named = [ColumnTerm.of(m.candidates[0][0]) for m in demand.evidence.named if m.candidates[0][1] >= HALF_NAMED]
    amounts = [term for term in named if _is_amount(term, demand)]
    return amounts[0] if len(amounts) == 1 else None


def _is_amount(term: Term, demand: Demand) -> bool:
    """Tell whether a column holds numbers that say something when summed."""
    if not isinstance(term, ColumnTerm) or term.ref in demand.inquiry.keys:
        return False
    stems = demand.inquiry.column_stems(term.ref) - _AMOUNTS[2]
    numbers = demand.schema.describe(term.ref).kind == "number" and demand.inquiry.profiles.of(term.ref).flag is None
    return numbers and not stems & (NEVER_SUMMED - _ADDED)


def _amounts(demand: Demand, names: tuple[frozenset[str], ...]) -> Iterator[ColumnTerm]:
    """Yield the columns so called, of the tables before first, then of the tables that lead to the rows shown."""
    before = demand.previous
    assert before is not None
    things = things_shown(before, demand)
    own = source_tables(before)
    targets = {name.lower() for name in (*([things.name] if things is not None else []), *own[:1])}
    led = [k.source.table for k in demand.schema.foreign_keys if k.target.table.lower() in targets]
    for tables in (own, led):
        for stems in names:
            refs = [
                ColumnRef(table=table.name, column=column.name)
                for table in demand.schema.tables
                if table.name in tables
                for column in table.columns
                if column.kind == "number"
            ]
            found = [r for r in refs if demand.inquiry.column_stems(r) & stems and r not in demand.inquiry.keys]
            if len({ref.table for ref in found}) == 1:
                yield ColumnTerm.of(found[0])
                return
