"""ranked_period: the month, quarter, year or weekday that comes first by a figure ("which month had the most orders")."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from nodes.coverage.calculations.sale_figures import sales_asked
from nodes.coverage.calculations.time_units import part_of
from nodes.coverage.edits.joining import with_table
from nodes.coverage.inquiry import NAMED, Inquiry
from nodes.coverage.requirements.time_fit import TimeFit
from nodes.lexical.utterance import name_words, stem
from nodes.plan import ROW_COUNT, Aggregate, ColumnTerm, Ordering, Plan, TableSource, Term
from value_index.schema import ColumnRef

_PERIOD = re.compile(
    r"\b(?:(?:which|what) (?P<unit>month|quarter|year|day of the week|day|weekday)\b.*\b(?P<most>most|highest|largest|biggest|best|fewest|least|lowest|worst)"
    r"|(?P<first>best|worst|busiest|quietest|strongest|weakest) (?P<named>month|quarter|year|day of the week|day|weekday))\b",
    re.IGNORECASE,
)
_DOWN = frozenset(("fewest", "least", "lowest", "worst", "weakest", "quietest"))
_IDLE = frozenset(map(stem, ("name", "calendar", "number", "of", "the")))


def ranked_period(inquiry: Inquiry) -> Iterator[Plan]:
    """Yield the plan that ranks parts of a time by sales, by a named figure, or by how many rows they have.

    "Which month had the most orders?": `GROUP BY strftime('%Y-%m', ordered_on) ORDER BY count(*) DESC LIMIT 1`.
    """
    match = _PERIOD.search(inquiry.utterance.text)
    if match is None:
        return
    _, end = inquiry.utterance.span(*match.span())
    word = (match["unit"] or match["named"]).lower()
    rank = (match["most"] or match["first"]).lower()
    found = _figure(inquiry, end) or (_rows_of_most_keys(inquiry) if rank == "busiest" else None)
    if found is None:
        return
    figure, table = found
    bare = Plan(tables=(TableSource(table=table),), joins=())
    for unit, home in _units(inquiry, word, table):
        joined = with_table(bare, home, inquiry.schema)
        if joined is not None:
            order = Ordering(term=figure, descending=rank not in _DOWN)
            yield joined.model_copy(update={"select": (unit,), "group_by": (unit,), "order_by": (order,), "limit": 1})
            return


def _figure(inquiry: Inquiry, end: int) -> tuple[Term, str] | None:
    """Return what the periods are ranked by, with its table: sales, the sum of named numbers, or a count of rows."""
    sales = sales_asked(inquiry)
    if sales is not None:
        figure = sales.figures[0]
        return Aggregate(function="sum", argument=figure.term), figure.table
    for mention in inquiry.evidence.mentions.columns:
        ref, score = mention.candidates[0]
        is_number = inquiry.schema.describe(ref).kind == "number" and ref not in inquiry.keys
        if mention.start >= end and score >= NAMED and is_number and inquiry.profiles.of(ref).date_form is None:
            averaged = any(function == "avg" for _, function in inquiry.evidence.aggregates)
            return Aggregate(function="avg" if averaged else "sum", argument=ColumnTerm.of(ref)), ref.table
    named = [m for m in inquiry.named_tables if m.start >= end]
    return (ROW_COUNT, named[0].table) if named else None


def _rows_of_most_keys(inquiry: Inquiry) -> tuple[Term, str] | None:
    """Return the count of what happens most of all: the rows with the most keys to others, of shipments between places."""
    sources = Counter(key.source.table for key in inquiry.schema.foreign_keys if key.source.table != key.target.table)
    ranked = [*sources.most_common(2), ("", 0)]
    is_one = bool(sources) and ranked[0][1] > ranked[1][1]
    return (ROW_COUNT, ranked[0][0]) if is_one else None


def _units(inquiry: Inquiry, word: str, table: str) -> Iterator[tuple[Term, str]]:
    """Yield the stored parts of a time that are called so, then that part of times, those that fit best first."""
    word = "weekday" if word == "day of the week" else word
    called = {stem(word), *({stem("day")} if word == "weekday" else ())}
    for ref in inquiry.schema.columns:
        own = {stem(each) for each in name_words(inquiry.schema.describe(ref).natural_name)} - _IDLE
        if (
            own
            and own <= called
            and inquiry.profiles.of(ref).date_form != "iso"
            and ref not in inquiry.keys
            and _is_near(inquiry, ref, table)
        ):
            yield ColumnTerm.of(ref), ref.table
    timed = [ref for _, ref in TimeFit(inquiry).days(0, 1) if _is_near(inquiry, ref, table)]
    for ref in sorted(timed, key=lambda ref: ref.table != table):
        yield part_of(word, ref), ref.table


def _is_near(inquiry: Inquiry, ref: ColumnRef, table: str) -> bool:
    """Tell whether a column is one of a table, or of a table that its keys lead to."""
    parents = {key.target.table for key in inquiry.schema.foreign_keys if key.source.table == table}
    return ref.table == table or ref.table in parents
