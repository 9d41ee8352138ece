"""asked_time_unit: the part of a time of which figures are asked ("per month", "in each year", "monthly")."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from nodes.coverage.asked.group import is_whole
from nodes.coverage.calculations.growth import asked_growth
from nodes.coverage.inquiry import NAMED, Inquiry
from nodes.coverage.requirements.time_fit import TimeFit, tables_dated
from nodes.lexical.utterance import stem
from nodes.plan import Aggregate, Arithmetic, Call, Cast, ColumnTerm, LiteralTerm, Plan, Term
from nodes.plan.traversal import columns
from value_index.schema import ColumnRef

FORMATS: Mapping[str, str] = {"day": "%Y-%m-%d", "month": "%Y-%m", "year": "%Y", "weekday": "%w"}
_ADVERBS = {
    "daily": "day",
    "monthly": "month",
    "yearly": "year",
    "annual": "year",
    "annually": "year",
    "quarterly": "quarter",
}
_UNIT = "day of the week|weekday|day|month|quarter|year"
_ASKED = re.compile(
    rf"\b(?:per|by|each|every|(?:for|in|of|on) (?:each|every)|over the|across) (?:calendar )?(?P<unit>{_UNIT})s?\b"
    rf"|\b(?P<one>{_UNIT}) (?:by|over|on) (?P=one)\b|\b(?P<adverb>{'|'.join(_ADVERBS)})\b",
    re.IGNORECASE,
)
_RANKED = re.compile(
    r"\b(?:(?:which|what)|(?:best|worst|busiest|quietest|strongest|weakest|highest|lowest)) (?P<ranked>day|month|quarter|year)\b",
    re.IGNORECASE,
)
_AGAINST = re.compile(
    r"\b(?:vs\.?|versus|against|compared?|comparison|growth|grow|grew|grown|change|develop|developed|evolve|evolved)(?:\W|$)",
    re.IGNORECASE,
)
_LONGEST = {"year": 366, "month": 31}
"""Days of one period; more are two."""
_SORTED = re.compile(r"\b(?:order|sort|rank|arrang)\w*(?: \w+)?\s*$", re.IGNORECASE)
MOST_COLUMNS = 12
_ENDS = frozenset(
    map(stem, ("end", "ended", "ends", "finish", "finished", "until", "expiry", "expires", "due", "required"))
)
"""Stems of columns of times at which something is over: loans per year go by when they began, unless the words say more."""
QUARTER = stem("quarter")


@dataclass(frozen=True)
class TimeUnit:
    """A part of a time, and the columns of times that may be meant."""

    unit: str
    columns: tuple[ColumnRef, ...]
    """Best first; never empty."""

    def of(self, column: ColumnRef) -> Term:
        """Return the part of a column's times: `strftime('%Y-%m', paid_on)`."""
        return part_of(self.unit, column)

    def divides(self, plan: Plan) -> bool:
        """Tell whether a plan groups by this part of a time."""
        plain = {ColumnTerm.of(ref) for ref in self.columns} if self.unit == "day" else set[ColumnTerm]()
        return any(each in plain or each in map(self.of, self.columns) for each in plan.group_by)

    def is_another(self, term: Term) -> bool:
        """Tell whether a term is a time, or another part of one: then this part takes its place."""
        return not isinstance(term, Aggregate) and any(each.ref in self.columns for each in columns(term))


def part_of(unit: str, column: ColumnRef) -> Term:
    """Return a part of a column's times: `strftime('%Y-%m', paid_on)` for a month, "2024-Q1" for a quarter."""
    if unit != "quarter":
        return _format(FORMATS[unit], column)
    month = Cast(argument=_format("%m", column), type="integer")
    number = Arithmetic(
        operator="/",
        left=Arithmetic(operator="+", left=month, right=LiteralTerm(value=2)),
        right=LiteralTerm(value=3),
    )
    named = Arithmetic(operator="||", left=_format("%Y", column), right=LiteralTerm(value="-Q"))
    return Arithmetic(operator="||", left=named, right=number)


def _format(text: str, column: ColumnRef) -> Call:
    return Call(function="strftime", arguments=(LiteralTerm(value=text), ColumnTerm.of(column)))


def asked_time_unit(inquiry: Inquiry) -> TimeUnit | None:
    """Return the unit of time of which figures are asked; None if there is none, or a column of that name stores it.

    "Total sales per month": month, of sale.sold_on.
    """
    text = inquiry.utterance.text
    for match in _ASKED.finditer(text):
        if match.group().lower().startswith("by") and _SORTED.search(text[: match.start()]):
            continue
        word = (match["unit"] or match["one"] or match["adverb"]).lower()
        start, end = inquiry.utterance.span(match.start(), match.end())
        found = _columns(inquiry, start, end)
        if found and not _is_stored(inquiry, start, end) and not (word.startswith("year") and _has_years(inquiry)):
            return TimeUnit("weekday" if word == "day of the week" else _ADVERBS.get(word, word), found)
    return _compared(inquiry) or _ranked(inquiry)


def _compared(inquiry: Inquiry) -> TimeUnit | None:
    """Return the unit of two periods that are set against each other: year, of "revenue 2023 vs 2024"."""
    if not _AGAINST.search(inquiry.utterance.text) or asked_growth(inquiry) is not None:
        return None
    for period in inquiry.periods:
        days = (period.end - period.first).days if period.first and period.end else 0
        if days > _LONGEST.get(period.unit, days):
            found = _columns(inquiry, *inquiry.utterance.span(period.start, period.stop))
            return TimeUnit(period.unit, found) if found else None
    return None


def _ranked(inquiry: Inquiry) -> TimeUnit | None:
    """Return the unit of which the best is asked ("Which month was the best?"), where the turn before went by times."""
    match, before = _RANKED.search(inquiry.utterance.text), inquiry.evidence.previous
    if match is None or before is None or not before.group_by:
        return None
    timed = tuple(
        term.ref
        for each in before.group_by
        if not isinstance(each, ColumnTerm)
        for term in columns(each)
        if inquiry.profiles.of(term.ref).date_form == "iso"
    )
    return TimeUnit(match["ranked"].lower(), timed) if timed else None


def _has_years(inquiry: Inquiry) -> bool:
    """Tell whether a table that the words name stores years as numbers: films by the year of their release."""
    return any(
        inquiry.profiles.of(ref).date_form == "year"
        for ref in inquiry.schema.columns
        if inquiry.evidence.mentions.table_score(ref.table) >= NAMED
    )


def _columns(inquiry: Inquiry, start: int, end: int) -> tuple[ColumnRef, ...]:
    refs = [ref for _, ref in TimeFit(inquiry).days(start, end)]
    beginning = {ref.table for ref in refs if not _ENDS & inquiry.column_stems(ref)}
    unsaid = _ENDS - set(inquiry.stems)
    kept = [ref for ref in refs if ref.table not in beginning or not unsaid & inquiry.column_stems(ref)]
    return tuple(kept[:MOST_COLUMNS])


def _is_stored(inquiry: Inquiry, start: int, end: int) -> bool:
    """Tell whether the words name a column that holds the unit itself: `year` as a number, `month` as a word."""
    return any(
        (score >= NAMED or (is_whole(inquiry, ref, mention.start, mention.end) and _is_quarter(inquiry, ref)))
        and inquiry.profiles.of(ref).date_form != "iso"
        for mention in inquiry.evidence.mentions.columns
        if start <= mention.start < end
        for ref, score in mention.candidates[:3]
    )


def _is_quarter(inquiry: Inquiry, ref: ColumnRef) -> bool:
    """Tell whether a column holds the quarters of what the words name: its own, or by a key to a calendar."""
    homes = (ref.table, *tables_dated(inquiry, ref))
    return QUARTER in inquiry.column_stems(ref) and any(map(inquiry.table_score, homes))
