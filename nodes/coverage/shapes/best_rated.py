"""best_rated: things by how well they are rated or paid, in a column of their own or on average of what belongs to them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nodes.coverage.calculations.ranked_thing import limit_of, ranked_thing
from nodes.coverage.inquiry import Inquiry
from nodes.coverage.join_paths import key_path
from nodes.coverage.rows import row_names
from nodes.coverage.shapes.ranked_average import ranked_by
from nodes.lexical.lexicon import SUPERLATIVES
from nodes.lexical.utterance import name_words, stem
from nodes.plan import Aggregate, ColumnTerm, Ordering, Plan, Predicate, TableSource
from value_index.schema import ColumnRef

_DEED = r"(?:rated|reviewed|scored|scoring|graded)"
_RATED = re.compile(
    rf"\b(?P<before>best|top|highest|worst|lowest)[- ]{_DEED}\b|\b{_DEED} (?:the )?(?P<after>best|highest|worst|lowest)\b",
    re.IGNORECASE,
)
_PAID = re.compile(
    r"\b(?P<before>best|highest|worst|lowest)[- ](?:paid|paying|earning)\b"
    r"|\b(?:pays?|earns?|paid) (?:the |on average )*(?P<after>best|most|highest|worst|least|lowest)\b(?! (?:for|in|to)\b)",
    re.IGNORECASE,
)
_SCORES = frozenset(("rating", "ratings", "score", "scores", "star", "stars", "grade", "grades", "points", "marks"))
"""Words of columns, as they are: a rate has the stem of a rating, and is a price."""
_PAY = frozenset(("salary", "salaries", "sal", "wage", "wages", "pay", "earnings"))
_COUNTS = frozenset(map(stem, ("count", "number", "num", "no", "max", "maximum", "min", "minimum")))


def best_rated(inquiry: Inquiry) -> Iterator[Plan]:
    """Yield the plan that ranks things by their rating, or by what is paid.

    "The best rated film": `ORDER BY rating DESC`, or over reviews `... GROUP BY film_id ORDER BY avg(stars) DESC LIMIT 1`.
    "Which job pays best?": `GROUP BY job ORDER BY avg(salary) DESC LIMIT 1`.
    """
    for pattern, words in ((_RATED, _SCORES), (_PAID, _PAY)):
        match = pattern.search(inquiry.utterance.text)
        if match is not None and inquiry.evidence.cues.count is None:
            yield from _ranked(inquiry, match, words)
            return


def _ranked(inquiry: Inquiry, match: re.Match[str], words: frozenset[str]) -> Iterator[Plan]:
    scores = [ref for ref in inquiry.schema.columns if _is_score(inquiry, ref, words)]
    start, end = inquiry.utterance.span(*match.span())
    thing = ranked_thing(inquiry, {m.table for m in inquiry.named_tables if start <= m.start < end})
    if thing is None:
        return
    word = (match["before"] or match["after"]).lower()
    own = [ref for ref in scores if ref.table == thing.column.table]
    limit, down = limit_of(inquiry, thing), SUPERLATIVES[word][0]
    for figure in own or _of_it(inquiry, scores, thing.column.table):
        if thing.is_table and figure.table == thing.column.table:
            yield _by_own(inquiry, figure, descending=down, limit=limit)
            return
        order = Ordering(term=Aggregate(function="avg", argument=ColumnTerm.of(figure)), descending=down)
        plan = ranked_by(inquiry, thing, figure.table, order)
        if plan is not None:
            yield plan.model_copy(update={"limit": limit})
            return


def _is_score(inquiry: Inquiry, ref: ColumnRef, scores: frozenset[str]) -> bool:
    described = inquiry.schema.describe(ref)
    words = {*name_words(ref.column), *name_words(described.natural_name)}
    is_number = described.kind == "number" and ref not in inquiry.keys
    return is_number and bool(words & scores) and not inquiry.column_stems(ref) & _COUNTS


def _of_it(inquiry: Inquiry, scores: list[ColumnRef], table: str) -> list[ColumnRef]:
    """Return the scores of rows that keys lead from to a table, those next to it first."""
    paths = {ref: key_path(inquiry.schema, frozenset((ref.table.lower(),)), table.lower()) for ref in scores}
    belong = [ref for ref, path in paths.items() if path and all(hop.up for hop in path)]
    return sorted(belong, key=lambda ref: len(paths[ref] or ()))


def _by_own(inquiry: Inquiry, figure: ColumnRef, *, descending: bool, limit: int | None) -> Plan:
    table, term = inquiry.schema.table(figure.table), ColumnTerm.of(figure)
    assert table is not None
    unrated = not descending and inquiry.profiles.of(figure).has_null
    return Plan(
        select=row_names(table),
        tables=(TableSource(table=table.name),),
        where=Predicate(left=term, operator="is not null") if unrated else None,
        order_by=(Ordering(term=term, descending=descending),),
        limit=limit,
    )
