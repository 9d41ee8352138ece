"""weekday_requirements: days of the week that the words name ("on a weekend", "on Mondays")."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nodes.coverage.inquiry import Inquiry
from nodes.coverage.requirement import Option, Requirement
from nodes.coverage.requirements.dates import MOST_OPTIONS
from nodes.coverage.requirements.time_fit import TimeFit
from nodes.lexical.utterance import stem
from nodes.plan import Call, ColumnTerm, LiteralTerm, Predicate
from value_index.schema import ColumnRef

_DAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
_ASKED = re.compile(
    rf"\b(?:on|at|during|over) (?:an? |the )?(?P<day>weekends?|weekdays?|(?:{'|'.join(_DAYS)})s?)\b", re.IGNORECASE
)
_STORED = frozenset(map(stem, ("weekend", "weekday")))


def weekday_requirements(inquiry: Inquiry) -> Iterator[Requirement]:
    """Yield a condition on the day of the week of a time, unless a column stores it.

    "How many orders came in on a weekend?": `strftime('%w', ordered_on) IN ('0', '6')`.
    """
    match = _ASKED.search(inquiry.utterance.text)
    if match is None or any(inquiry.column_stems(ref) & _STORED for ref in inquiry.schema.columns):
        return
    start, end = inquiry.utterance.span(*match.span("day"))
    if any(inquiry.span(each.mention) == (start, end) for each in inquiry.matches):
        return
    days = _numbers(match["day"].lower())
    denied = inquiry.is_denied(start)
    found = TimeFit(inquiry).days(start, end)
    options = tuple(
        Option(ref, (_condition(ref, days, denied=denied),), fit / found[0][0]) for fit, ref in found[:MOST_OPTIONS]
    )
    if options:
        yield Requirement("date", match["day"], start, end, 0.9, options, excludes=denied)


def _numbers(word: str) -> tuple[str, ...]:
    """Return the days of a word as `strftime` numbers them, Sunday first."""
    if word.startswith("weekend"):
        return ("0", "6")
    if word.startswith("weekday"):
        return ("1", "2", "3", "4", "5")
    return (str(_DAYS.index(word.removesuffix("s"))),)


def _condition(ref: ColumnRef, days: tuple[str, ...], *, denied: bool) -> Predicate:
    day = Call(function="strftime", arguments=(LiteralTerm(value="%w"), ColumnTerm.of(ref)))
    return Predicate(
        left=day, operator="not in" if denied else "in", right=tuple(LiteralTerm(value=each) for each in days)
    )
