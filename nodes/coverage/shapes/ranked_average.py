"""ranked_average: the things whose rows of another table have the highest average ("the highest average rating")."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nodes.coverage.calculations.ranked_thing import RankedThing, ranked_thing
from nodes.coverage.edits.joining import with_table
from nodes.coverage.inquiry import NAMED, Inquiry
from nodes.coverage.rows import row_key, row_names
from nodes.coverage.shapes.measured_by import measures
from nodes.lexical.lexicon import SUPERLATIVES
from nodes.plan import Aggregate, AggregateFunction, ColumnTerm, Ordering, Plan, TableSource
from value_index.schema import ColumnRef

_RANKED = re.compile(
    r"\b(?:highest|lowest|best|worst|largest|smallest|biggest|most|least|top) (?P<function>average|mean|total|combined)\b",
    re.IGNORECASE,
)
_FUNCTIONS: dict[str, AggregateFunction] = {"average": "avg", "mean": "avg", "total": "sum", "combined": "sum"}


def ranked_average(inquiry: Inquiry) -> Iterator[Plan]:
    """Yield the plan that ranks things by an average or a total of what belongs to them.

    "Which book has the highest average rating?": `... GROUP BY book_id ORDER BY avg(stars) DESC LIMIT 1`.
    """
    match = _RANKED.search(inquiry.utterance.text)
    if match is None:
        return
    _, end = inquiry.utterance.span(*match.span())
    figure = _figure(inquiry, end)
    thing = ranked_thing(inquiry, [figure.table] if _is_table(inquiry, end, figure.table) else []) if figure else None
    if figure is None or thing is None or thing.column == figure:
        return
    total = Aggregate(function=_FUNCTIONS[match["function"].lower()], argument=ColumnTerm.of(figure))
    first = inquiry.evidence.superlatives[:1]
    word = match.group().split()[0].lower()
    order = Ordering(term=total, descending=SUPERLATIVES[word][0])
    plan = ranked_by(inquiry, thing, figure.table, order)
    if plan is not None:
        yield plan.model_copy(update={"limit": max(1, first[0].limit) if first else 1})


def ranked_by(inquiry: Inquiry, thing: RankedThing, counted: str, order: Ordering) -> Plan | None:
    """Return the plan that orders things by a figure of the rows of a table that belong to each; None if none belong to them."""
    plan = with_table(Plan(tables=(TableSource(table=counted),), joins=()), thing.column.table, inquiry.schema)
    table = inquiry.schema.table(thing.column.table)
    if plan is None or table is None or (thing.is_table and thing.column.table == counted):
        return None
    term = ColumnTerm.of(thing.column)
    shown = row_names(table) if thing.is_table else (term,)
    key = row_key(term, inquiry.schema) if thing.is_table else term
    return plan.model_copy(update={"select": shown, "group_by": (key,), "order_by": (order,)})


def _figure(inquiry: Inquiry, end: int) -> ColumnRef | None:
    """Return the numbers that are named after the words, or the only ones of the table that is named there."""
    for mention in inquiry.evidence.mentions.columns:
        ref, score = mention.candidates[0]
        is_number = inquiry.schema.describe(ref).kind == "number" and ref not in inquiry.keys
        if end <= mention.start <= end + 1 and score >= NAMED and is_number:
            return ref
    for mention in inquiry.evidence.mentions.tables:
        if end <= mention.start <= end + 1 and mention.score >= NAMED:
            kept = [ref for ref in measures(inquiry, mention.table) if inquiry.schema.describe(ref).kind == "number"]
            if len(kept) == 1:
                return kept[0]
    return None


def _is_table(inquiry: Inquiry, end: int, table: str) -> bool:
    return any(end <= m.start <= end + 1 and m.table == table for m in inquiry.evidence.mentions.tables)
