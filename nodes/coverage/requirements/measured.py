"""in_units_of: a length of time in the unit in which a column stores it ("over 4 minutes" on milliseconds: 240000)."""

from __future__ import annotations

from collections.abc import Mapping

from nodes.coverage.inquiry import Inquiry
from nodes.lexical.utterance import stem
from value_index.schema import ColumnRef

SECONDS: Mapping[str, float] = {
    **dict.fromkeys(map(stem, ("millisecond", "milliseconds", "ms", "msec")), 0.001),
    **dict.fromkeys(map(stem, ("second", "seconds", "sec", "secs")), 1.0),
    **dict.fromkeys(map(stem, ("minute", "minutes", "min", "mins")), 60.0),
    **dict.fromkeys(map(stem, ("hour", "hours", "hr", "hrs")), 3600.0),
}
"""Stem of a unit of time to its seconds."""
_LASTING = frozenset(map(stem, ("duration", "length", "runtime", "time"))) | SECONDS.keys()


def time_columns_named(inquiry: Inquiry, position: int) -> frozenset[str]:
    """Return the stems of columns that a number with a unit of time speaks of; none without such a unit."""
    return _LASTING if _said_unit(inquiry, position) else frozenset()


def in_units_of(inquiry: Inquiry, ref: ColumnRef, number: int | float, position: int) -> int | float:
    """Return the compared number in the unit that the column's name tells, else that its values do.

    "Longer than 3 hours" on lengths from 46 to 185: 180, since every length is over 3.

    Args:
        ref: the column that it is compared with.
        number: the number as it is said.
        position: the number's word.
    """
    said = _said_unit(inquiry, position)
    if said is None:
        return number
    stored = next((SECONDS[each] for each in inquiry.column_stems(ref) if each in SECONDS), None)
    if stored is not None:
        return _whole(number * said / stored)
    values = [value for value in inquiry.profiles.of(ref).values if isinstance(value, int | float)]
    if not values or min(values) <= number <= max(values):
        return number
    scaled = (number * said / unit for unit in dict.fromkeys(SECONDS.values()) if unit != said)
    return next((_whole(each) for each in scaled if min(values) <= each <= max(values)), number)


def _said_unit(inquiry: Inquiry, position: int) -> float | None:
    """Return the seconds of the unit that stands right after a number."""
    after = inquiry.utterance.words[position + 1 : position + 2]
    return SECONDS.get(after[0].stem) if after else None


def _whole(number: float) -> int | float:
    return int(number) if float(number).is_integer() else number
