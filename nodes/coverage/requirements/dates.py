"""date_requirements: the stretches of time that the words name, on the columns that store times."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from nodes.coverage.column_profile import ColumnProfile
from nodes.coverage.inquiry import Inquiry
from nodes.coverage.periods import Period
from nodes.coverage.requirement import Option, Requirement
from nodes.coverage.requirements.time_fit import TimeFit
from nodes.plan import Call, ColumnTerm, Condition, Junction, LiteralTerm, LiteralValue, Operator, Predicate, Term
from nodes.plan.traversal import conjunction
from value_index.schema import ColumnRef

MOST_OPTIONS = 6


def date_requirements(inquiry: Inquiry) -> Iterator[Requirement]:
    """Yield a condition on a time for each period.

    "How many sales were there in 2024?": `sale_date >= '2024-01-01' AND sale_date < '2025-01-01'`.
    """
    text = inquiry.utterance.text
    for period in inquiry.periods:
        start, end = inquiry.utterance.span(period.start, period.stop)
        if end == start or _is_stored(inquiry, start, end):
            continue
        options = _options(inquiry, period, start, end)
        if options:
            yield Requirement("date", text[period.start : period.stop], start, end, period.strength, options)


def _is_stored(inquiry: Inquiry, start: int, end: int) -> bool:
    """Tell whether the words of a time are part of a longer stored text: the 2023/24 of a school year."""
    texts = (m for m in inquiry.matches if isinstance(m.value, str) and m.kind in ("exact", "folded"))
    spans = (inquiry.span(match.mention) for match in texts)
    return any(first <= start and end <= last and last - first > end - start for first, last in spans)


def _options(inquiry: Inquiry, period: Period, start: int, end: int) -> tuple[Option, ...]:
    found: list[tuple[float, ColumnRef, tuple[Condition, ...]]] = []
    fit = TimeFit(inquiry)
    for ref in inquiry.schema.columns:
        profile = inquiry.profiles.of(ref)
        conditions = time_conditions(profile, period) if profile.date_form else ()
        if conditions:
            found.append((fit.of(profile, start, end), ref, conditions))
    found.sort(key=lambda item: -item[0])
    best = found[0][0] if found else 1.0
    return tuple(Option(ref, conditions, fit / best) for fit, ref, conditions in found[:MOST_OPTIONS])


def time_conditions(profile: ColumnProfile, period: Period) -> tuple[Condition, ...]:
    """Return the conditions of a period in the form in which a column stores times."""
    column = ColumnTerm.of(profile.ref)
    if period.apart:
        parts = [conjunction(time_conditions(profile, part)) for part in period.parts]
        known = tuple(part for part in parts if part is not None)
        return (Junction(kind="or", conditions=known),) if len(known) == len(parts) else ()
    if profile.date_form == "iso":
        return _iso(column, period, profile)
    if period.unit not in ("year", "decade") and not (profile.date_form == "year" and period.unit == "day"):
        return ()
    if profile.date_form == "year":
        as_text = any(isinstance(value, str) for value in profile.values)
        return _years(column, period, as_text=as_text)
    return _inside(column, period)


def _iso(column: ColumnTerm, period: Period, profile: ColumnProfile) -> tuple[Condition, ...]:
    if period.month is not None:
        month: Term = Call(function="strftime", arguments=(LiteralTerm(value="%m"), column))
        if period.last_month is not None:
            ends = tuple(LiteralTerm(value=f"{each:02}") for each in (period.month, period.last_month))
            return (Predicate(left=month, operator="between", right=ends),)
        return (_compare(month, "=", f"{period.month:02}"),)
    timed = any(len(str(value)) > 10 for value in profile.values)
    if period.unit == "day" and period.first and period.end and (period.end - period.first).days == 1 and not timed:
        return (_compare(column, "=", period.first.isoformat()),)
    sides: tuple[tuple[Operator, date | None], ...] = ((">=", period.first), ("<", period.end))
    return tuple(_compare(column, operator, day.isoformat()) for operator, day in sides if day is not None)


def _years(column: ColumnTerm, period: Period, *, as_text: bool) -> tuple[Condition, ...]:
    first, last = _first_year(period.first), _last_year(period.end)
    value = str if as_text else int
    if first is not None and first == last:
        return (_compare(column, "=", value(first)),)
    if first is not None and last is not None:
        return (Predicate(left=column, operator="between", right=(LiteralTerm(value=value(first)), LiteralTerm(value=value(last)))),)  # fmt: skip
    if first is not None:
        return (_compare(column, ">=", value(first)),)
    return () if last is None else (_compare(column, "<=", value(last)),)


def _inside(column: ColumnTerm, period: Period) -> tuple[Condition, ...]:
    """Return a LIKE for each year of a period over texts that hold a year somewhere."""
    first, last = _first_year(period.first), _last_year(period.end)
    if first is None or last is None or last - first > 10:
        return ()
    likes = tuple(_compare(column, "like", f"%{year}%") for year in range(first, last + 1))
    return likes if len(likes) == 1 else (Junction(kind="or", conditions=likes),)


def _first_year(day: date | None) -> int | None:
    return None if day is None else day.year


def _last_year(end: date | None) -> int | None:
    return None if end is None else end.year - (end.month == 1 and end.day == 1)


def _compare(left: Term, operator: Operator, value: LiteralValue) -> Predicate:
    return Predicate(left=left, operator=operator, right=(LiteralTerm(value=value),))
