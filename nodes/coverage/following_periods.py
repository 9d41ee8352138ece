"""following_periods: stretches of time that the words name by that of the turn before ("and the year before?", "in April?")."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from nodes.coverage.periods import Period
from nodes.plan.constraints import Constraint

_UNIT = r"(?P<unit>year|quarter|month|week|day)"
_AFTER_UNIT = re.compile(
    rf"\b(?:the|a|one) {_UNIT} (?P<way>before|earlier|prior|after|later|afterwards|following)(?: (?:that|it|this))?\W*$",
    re.IGNORECASE,
)
_BEFORE_UNIT = re.compile(rf"\b(?P<way>previous|preceding|prior|following|next|subsequent) {_UNIT}\b", re.IGNORECASE)
_NAMES = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_MONTH_ALONE = re.compile(
    rf"^\W*(?:(?:and|now|ok|so|then|what about|how about|only|just|rather|make it)\b\W*)*(?P<month>{'|'.join(_NAMES)})"
    r"(?:\W+(?:only|alone|instead|too|please|then))*\W*$",
    re.IGNORECASE,
)  # fmt: skip
_BACK = frozenset(("before", "earlier", "prior", "previous", "preceding"))
_MONTHS = {"year": 12, "quarter": 3, "month": 1}
_DAYS = {"week": 7, "day": 1}
STRENGTH = 1.0


@dataclass(frozen=True)
class TimeBefore:
    """The stretch of time that the turn before asked for, up to, not including, its end."""

    first: date
    end: date


def time_before(constraints: Iterable[Constraint]) -> TimeBefore | None:
    """Return the only stretch of time with two ends that some conditions ask for; None if there is none, or several."""
    found: set[TimeBefore] = set()
    ends: dict[object, dict[str, date]] = {}
    for each in constraints:
        values = [str(value).strip("%") for value in each.values]
        if each.operator in ("like", "=") and len(values) == 1 and (whole := _whole(values[0])) is not None:
            found.add(whole)
        elif each.operator == "between" and len(values) == 2:
            first, last = map(_whole, values)
            if first is not None and last is not None:
                found.add(TimeBefore(first.first, last.end))
        elif each.operator in (">=", "<") and len(values) == 1 and (whole := _whole(values[0])) is not None:
            ends.setdefault(each.column, {})[each.operator] = whole.first
    found |= {TimeBefore(two[">="], two["<"]) for two in ends.values() if len(two) == 2}
    return next(iter(found)) if len(found) == 1 else None


def following_periods(text: str, said: tuple[Period, ...], before: TimeBefore | None) -> tuple[Period, ...]:
    """Return the periods of a text, those that lean on the time before read by it.

    "And the year before?" after 2023: 2022; "and in April?", "what about April?" after March 2023: April 2023.
    """
    if before is None:
        return said
    for match in (_AFTER_UNIT.search(text), _BEFORE_UNIT.search(text)):
        moved = _moved(before, match["unit"].lower(), match["way"].lower()) if match else None
        if match and moved is not None:
            unit = "year" if match["unit"].lower() == "year" else "month"
            period = Period(match.start(), match.end(), unit, moved.first, moved.end, STRENGTH)
            return (*(p for p in said if p.stop <= match.start() or match.end() <= p.start), period)
    alone = _MONTH_ALONE.match(text)
    if alone is not None and not said:
        number = _NAMES.index(alone["month"].lower()) + 1
        said = (Period(*alone.span("month"), "month", None, None, STRENGTH, month=number),)
    return tuple(_of_that_year(period, before) for period in said)


def _moved(before: TimeBefore, unit: str, way: str) -> TimeBefore | None:
    """Return the time before moved by a unit that is no smaller than it; None for a smaller one."""
    sign, length = -1 if way in _BACK else 1, before.end - before.first
    if unit in _DAYS:
        step = timedelta(days=sign * _DAYS[unit])
        return TimeBefore(before.first + step, before.end + step) if length <= abs(step) else None
    if length > timedelta(days=31 * _MONTHS[unit]):
        return None
    return TimeBefore(*(_months_on(day, sign * _MONTHS[unit]) for day in (before.first, before.end)))


def _months_on(day: date, months: int) -> date:
    at = 12 * day.year + day.month - 1 + months
    return date(at // 12, at % 12 + 1, min(day.day, 28) if day.day > 28 else day.day)


def _of_that_year(period: Period, before: TimeBefore) -> Period:
    """Return a month without a year as that of the year before, where that was a month or less."""
    if period.month is None or before.end - before.first > timedelta(days=31):
        return period
    first = date(before.first.year, period.month, 1)
    return replace(period, first=first, end=_months_on(first, 1), month=None, strength=STRENGTH)


def _whole(text: str) -> TimeBefore | None:
    """Return the time that a stored form of it stands for: a year, a month, a day."""
    found = re.fullmatch(r"((?:1[5-9]|20)\d\d)(?:-(\d\d)(?:-(\d\d))?)?-?", text[:10])
    if found is None:
        return None
    year, month, day = (int(each) if each else None for each in found.groups())
    assert year is not None
    try:
        first = date(year, month or 1, day or 1)
    except ValueError:
        return None
    end = first + timedelta(days=1) if day else _months_on(first, 1 if month else 12)
    return TimeBefore(first, end)
