"""Dates as people write them, and as databases store them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import cast

from babel import Locale

from value_index.text.folding import fold


@dataclass(frozen=True)
class DateMention:
    """A date in a text."""

    start: int
    end: int
    dates: tuple[date, ...]
    """What it may mean: 3/4/2010 is in March or in April."""


class Dates:
    """Finds dates in English texts; the names of the months come from Babel.

    >>> [found.dates[0].isoformat() for found in Dates().find("from March 5th, 2010 to 6 Apr 2011 or 2012-01-02")]
    ['2010-03-05', '2011-04-06', '2012-01-02']
    """

    def find(self, text: str) -> Iterator[DateMention]:
        """Yield the dates of a text, in order."""
        for match in self._pattern.finditer(text):
            found = tuple(dict.fromkeys(self._read(match)))
            if found:
                yield DateMention(match.start(), match.end(), found)

    def spellings(self, day: date) -> tuple[str, ...]:
        """Return how databases write a date, folded."""
        names = [name for name, number in self._months.items() if number == day.month]
        d, m, y = day.day, day.month, day.year
        plain = [
            f"{y}-{m:02}-{d:02}", f"{m}/{d}/{y}", f"{m:02}/{d:02}/{y}", f"{d}/{m}/{y}", f"{d:02}/{m:02}/{y}",
            f"{y}/{m}/{d}", f"{y}{m:02}{d:02}", f"{m:02}/{d:02}/{y % 100:02}", f"{m}/{d}/{y % 100:02}",
        ]  # fmt: skip
        named = [
            spelling
            for name in names
            for spelling in (f"{name} {d} {y}", f"{name} {d:02} {y}", f"{d} {name} {y}", f"{d:02} {name} {y}",
                             f"{d:02} {name} {y % 100:02}", f"{d} {name} {y % 100:02}")
        ]  # fmt: skip
        at_midnight = [f"{y}-{m:02}-{d:02} 00:00:00", f"{y}-{m:02}-{d:02}T00:00:00", f"{m}/{d}/{y} 0:00"]
        return tuple(dict.fromkeys(fold(spelling) for spelling in (*plain, *named, *at_midnight)))

    def _read(self, match: re.Match[str]) -> Iterator[date]:
        """Yield the days that a match may mean and that exist."""
        found = match.groupdict()
        if found["iso"]:
            orders = [(found["y"], found["m"], found["d"])]
        elif found["slashed"]:
            year = found["y2"] if len(found["y2"]) == 4 else f"20{found['y2']}"
            orders = [(year, found["a"], found["b"]), (year, found["b"], found["a"])]
        else:
            month = self._months[(found["month1"] or found["month2"]).lower()]
            orders = [(found["y3"] or found["y4"], month, found["d1"] or found["d2"])]
        for year, month, day in orders:
            try:
                yield date(int(year), int(month), int(day))
            except ValueError:
                continue  # there is no such day

    @cached_property
    def _months(self) -> dict[str, int]:
        names = cast("dict[str, dict[int, str]]", Locale("en").months["format"])
        return {name.lower(): number for width in ("wide", "abbreviated") for number, name in names[width].items()}

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        months = "|".join(sorted(self._months, key=len, reverse=True))
        return re.compile(
            r"\b(?:(?P<iso>(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2}))"
            r"|(?P<slashed>(?P<a>\d{1,2})[/.-](?P<b>\d{1,2})[/.-](?P<y2>\d{4}|\d\d))"
            rf"|(?P<month1>{months})\.? (?P<d1>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<y3>\d{{4}})"
            rf"|(?P<d2>\d{{1,2}})(?:st|nd|rd|th)? (?:of )?(?P<month2>{months})\.?,? (?P<y4>\d{{4}}))\b",
            re.IGNORECASE,
        )
