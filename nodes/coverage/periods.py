"""find_periods: the stretches of time that an utterance names ("in 2024", "before June 2023", "since 2015")."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Literal

from value_index.text.dates import Dates

Unit = Literal["day", "month", "quarter", "year", "decade"]
_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
           "december")  # fmt: skip
_QUARTERS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": 4, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4}
_MONTH = rf"(?P<month>{'|'.join(f'{m}|{m[:3]}' for m in _MONTHS)}|sept)\.?"
_YEAR = r"(?:1[5-9]|20)\d\d"
_UNITS = re.compile(
    rf"\b(?:(?P<isomonth>{_YEAR}-(?:0[1-9]|1[0-2]))(?!-?\d)|{_MONTH},?(?: of)? (?P<monthyear>{_YEAR})"
    rf"|(?:q(?P<quarter>[1-4])|(?P<ordinal>{'|'.join(_QUARTERS)}) quarter)(?:,? of|,)? (?P<quarteryear>{_YEAR})"
    rf"|(?:h(?P<half>[12])|(?P<halfword>first|second|last) half)(?:,? of|,)? (?P<halfyear>{_YEAR})"
    rf"|(?P<decade>(?:1[5-9]|20)\d0)s|(?:the year )?(?P<year>{_YEAR})"
    r"|(?P<relative>last|previous|past|this|current) (?P<unit>year|month)|(?P<near>today|yesterday))\b(?!\.\d|,\d{3})",
    re.IGNORECASE,
)
_MONTHS_OF = re.compile(
    rf"\b(?:between|from) (?P<first>{'|'.join(f'{m}|{m[:3]}' for m in _MONTHS)})\.? (?:and|to|until|till|through) {_MONTH},?(?: of)? (?P<year>{_YEAR})\b",
    re.IGNORECASE,
)
_ALONE = re.compile(rf"\b(?:in|during|of|for|every|each) {_MONTH}(?![\w-])(?!,? \d)", re.IGNORECASE)
_MONTHS_ALONE = re.compile(
    rf"\b(?P<first>{'|'.join(f'{m}|{m[:3]}' for m in _MONTHS)})\.? ?(?:(?<=\w )and|to|until|till|through|-|–) ?{_MONTH}(?![\w-])(?!,?(?: of)? \d)",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    r"\b(before|prior to|earlier than|until|till|up to|by the end of|by|older than)(?: the year)? $", re.IGNORECASE
)
_AFTER = re.compile(r"\b(after|later than|newer than|past|beyond)(?: the year)? $", re.IGNORECASE)
_SINCE = re.compile(r"\b(since|as of|(?:starting|beginning)(?: in| from)?)(?: the year)? $", re.IGNORECASE)
_FROM = re.compile(r"\bfrom(?: the year)? $", re.IGNORECASE)
_ONWARD = re.compile(r"^ (?:or later|or after|and later|and after|onwards?|on\b|or newer)", re.IGNORECASE)
_OR_EARLIER = re.compile(r"^ (?:or earlier|or before|and earlier|and before|or older)", re.IGNORECASE)
_RANGE = re.compile(r"\b(?:between|from) $", re.IGNORECASE)
_TO = re.compile(r"^ ?(?:and|to|until|till|through|-|–) (?:the year )?$", re.IGNORECASE)
_BESIDE = re.compile(
    r"^ ?(?:,|and|or|vs\.?|versus|against|compared? (?:to|with)|relative to) (?:in |for |of |to |that of |the year )*$",
    re.IGNORECASE,
)
"""What stands between two periods that are both asked for: "in 2023 and 2024", "2023 vs 2024"."""
_IN = re.compile(
    r"\b(?:in|from|during|of|for|on|year|years|at|within|all|throughout)(?: the(?: year)?)? $", re.IGNORECASE
)
_ALONE_BEFORE = re.compile(r"(?:^|\b(?:and|about|only|just|now|then|but|for|same|or))\W*$", re.IGNORECASE)
_ALONE_AFTER = re.compile(r"^(?:\W+(?:alone|only|please|instead|too|as well|now|then|by itself))*\W*$", re.IGNORECASE)
"""What stands behind a year that is all that a turn says: "What about 2022 alone?"."""
_COUNTS = re.compile(r"\b(?:than|least|most|exactly|over|under|above|below|about|around|top) $", re.IGNORECASE)
_COUNTED = re.compile(
    r"^ (?:%|percent|dollars?|euros?|pounds?|usd|eur|km|kg|m|miles|meters|people|or more|or less|or fewer)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Period:
    """A stretch of time: from `first` up to, not including, `end`; None for an open side."""

    start: int
    """First character of the words that name it."""
    stop: int
    """Character after them."""
    unit: Unit
    first: date | None
    end: date | None
    strength: float
    """How sure it is that the words speak of time, 0..1."""
    month: int | None = None
    """A month of any year ("in June"): then both sides are open."""
    last_month: int | None = None
    """The last of several months of any year ("from March to June")."""
    parts: tuple[Period, ...] = ()
    """The periods that the words name, where this is the stretch of several: 2023 and 2024, of "from 2023 to 2024"."""
    apart: bool = False
    """True if what lies between the parts is not meant: "in 2022 and 2024"."""


def find_periods(text: str, today: date | None = None) -> tuple[Period, ...]:
    """Return the periods of a text, in order.

    >>> [(p.first and p.first.isoformat(), p.end and p.end.isoformat()) for p in find_periods("between 2019 and 2021")]
    [('2019-01-01', '2022-01-01')]
    >>> [(p.first and p.first.isoformat(), p.end and p.end.isoformat()) for p in find_periods("before June 2023")]
    [(None, '2023-06-01')]
    >>> [(p.first and p.first.isoformat(), p.end and p.end.isoformat()) for p in find_periods("orders from 2023")]
    [('2023-01-01', '2024-01-01')]
    >>> [(p.first and p.first.isoformat(), p.end and p.end.isoformat()) for p in find_periods("sales in 2023 and 2024")]
    [('2023-01-01', '2025-01-01')]
    >>> find_periods("sales in 2022 and 2024")[0].apart
    True
    """
    plain = sorted(_plain(text, today or date.today()), key=lambda period: period.start)
    joined: list[Period] = []
    for period in plain:
        last = joined[-1] if joined else None
        if last and _RANGE.search(text[: last.start]) and _TO.match(text[last.stop : period.start]):
            joined[-1] = replace(last, stop=period.stop, end=period.end, strength=1.0, parts=(last, period))
        elif last and _BESIDE.match(text[last.stop : period.start]) and (both := _both(last, period)) is not None:
            joined[-1] = both
        else:
            joined.append(period)
    return tuple(found for period in joined if (found := _related(period, text)) is not None)


def _both(one: Period, other: Period) -> Period | None:
    """Return the stretch of two periods of a kind, with what lies between them left out; None for others."""
    if one.unit != other.unit or None in (one.first, one.end, other.first, other.end):
        return None
    parts = sorted((*(one.parts or (one,)), other), key=lambda period: period.first or date.min)
    touching = all(early.end == late.first for early, late in pairwise(parts))
    overlapping = any((early.end or date.max) > (late.first or date.min) for early, late in pairwise(parts))
    strength = max(one.strength, other.strength)
    stretch = replace(one, stop=other.stop, first=parts[0].first, end=parts[-1].end, strength=strength)
    return None if overlapping else replace(stretch, parts=tuple(parts), apart=not touching)


@lru_cache(maxsize=1)
def _dates() -> Dates:
    return Dates()


def _plain(text: str, today: date) -> Iterator[Period]:
    days = list(_dates().find(text))
    for found in days:
        yield Period(found.start, found.end, "day", found.dates[0], found.dates[0] + timedelta(days=1), 1.0)
    taken = [(found.start, found.end) for found in days]
    for match in _MONTHS_OF.finditer(text):
        first, last, year = _month(match["first"]), _month(match["month"]), int(match["year"])
        if first < last:
            taken.append(match.span())
            yield _months((match.start("first"), match.end()), "month", year, first, last - first + 1, 1.0)
    for match in _UNITS.finditer(text):
        if not any(start < match.end() and match.start() < end for start, end in taken):
            taken.append(match.span())
            yield _unit(match, today)
    for match in _MONTHS_ALONE.finditer(text):
        first, last = _month(match["first"]), _month(match["month"])
        between = " and " not in match.group() or _RANGE.search(text[: match.start()])
        if first < last and between and not any(start < match.end() and match.start() < end for start, end in taken):
            taken.append(match.span())
            yield Period(*match.span(), "month", None, None, 0.9, month=first, last_month=last)
    for match in _ALONE.finditer(text):
        if not any(start < match.end() and match.start() < end for start, end in taken):
            start = match.start("month")
            yield Period(start, match.end(), "month", None, None, 0.9, month=_month(match["month"]))


def _month(word: str) -> int:
    return next(n for n, name in enumerate(_MONTHS, start=1) if name[:3] == word[:3].lower())


def _unit(match: re.Match[str], today: date) -> Period:
    """Return the period of a match without the words around it."""
    found, at = match.groupdict(), match.span()
    if found["isomonth"]:
        year, month = map(int, found["isomonth"].split("-"))
        return _months(at, "month", year, month, 1, 1.0)
    if found["monthyear"]:
        return _months(at, "month", int(found["monthyear"]), _month(found["month"]), 1, 1.0)
    if found["quarteryear"]:
        quarter = int(found["quarter"] or _QUARTERS[found["ordinal"].lower()])
        return _months(at, "quarter", int(found["quarteryear"]), 3 * quarter - 2, 3, 1.0)
    if found["halfyear"]:
        second = found["half"] == "2" or (found["halfword"] or "").lower() in ("second", "last")
        return _months(at, "quarter", int(found["halfyear"]), 7 if second else 1, 6, 1.0)
    if found["decade"]:
        return _months(at, "decade", int(found["decade"]), 1, 120, 1.0)
    if found["year"]:
        return _months(at, "year", int(found["year"]), 1, 12, 0.5)
    if found["near"]:
        day = today - timedelta(days=found["near"].lower() == "yesterday")
        return Period(*at, "day", day, day + timedelta(days=1), 0.9)
    back = found["relative"].lower() not in ("this", "current")
    if found["unit"].lower() == "year":
        return _months(at, "year", today.year - back, 1, 12, 0.9)
    return _months(at, "month", today.year, today.month - back, 1, 0.9)


def _months(at: tuple[int, int], unit: Unit, year: int, month: int, count: int, strength: float) -> Period:
    return Period(*at, unit, _first_of(year, month), _first_of(year, month + count), strength)


def _first_of(year: int, month: int) -> date:
    return date(year + (month - 1) // 12, (month - 1) % 12 + 1, 1)


def _related(period: Period, text: str) -> Period | None:
    """Open a side of a period as the words around it say; None if they count something instead."""
    before, after = text[: period.start], text[period.stop :]
    if period.month is not None or (_RANGE.search(before) and period.strength == 1.0 and period.unit != "day"):
        return period
    if _BEFORE.search(before) or _OR_EARLIER.match(after):
        through = _OR_EARLIER.match(after) or before.rstrip().lower().endswith(("until", "till", "up to", "end of"))
        return replace(
            period, first=None, end=period.end if through else period.first, strength=max(0.9, period.strength)
        )
    # "Orders from 1997" are those of that year; from a day on, time goes on.
    from_a_day = period.unit == "day" and _FROM.search(before)
    if _ONWARD.match(after) or _SINCE.search(before) or from_a_day:
        return replace(period, end=None, strength=max(0.8, period.strength))
    if _AFTER.search(before):
        return replace(period, first=period.end, end=None, strength=max(0.9, period.strength))
    if period.unit == "year" and period.strength < 0.9:
        if _ALONE_BEFORE.search(before) and _ALONE_AFTER.match(after):
            return replace(period, strength=0.95)
        if _COUNTS.search(before) or _COUNTED.match(after):
            return None
        return replace(period, strength=0.95 if _IN.search(before) else 0.5)
    return period
