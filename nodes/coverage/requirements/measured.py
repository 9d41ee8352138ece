"""in_units_of: a number in the unit in which a column stores it ("over 4 minutes" on milliseconds: 240000)."""

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
_GRAMS: Mapping[str, float] = {
    **dict.fromkeys(map(stem, ("g", "gram", "grams", "gr")), 1.0),
    **dict.fromkeys(map(stem, ("kg", "kgs", "kilo", "kilos", "kilogram", "kilograms")), 1000.0),
    **dict.fromkeys(map(stem, ("tonne", "tonnes", "ton", "tons")), 1_000_000.0),
}
_METRES: Mapping[str, float] = {
    **dict.fromkeys(map(stem, ("mm", "millimeter", "millimeters", "millimetre", "millimetres")), 0.001),
    **dict.fromkeys(map(stem, ("cm", "centimeter", "centimeters", "centimetre", "centimetres")), 0.01),
    **dict.fromkeys(map(stem, ("meter", "meters", "metre", "metres")), 1.0),
    **dict.fromkeys(map(stem, ("km", "kilometer", "kilometers", "kilometre", "kilometres")), 1000.0),
}
_BYTES: Mapping[str, float] = {
    **dict.fromkeys(map(stem, ("byte", "bytes")), 1.0),
    **dict.fromkeys(map(stem, ("kb", "kilobyte", "kilobytes")), 1e3),
    **dict.fromkeys(map(stem, ("mb", "megabyte", "megabytes")), 1e6),
    **dict.fromkeys(map(stem, ("gb", "gigabyte", "gigabytes")), 1e9),
}
_FAMILIES = (
    (_GRAMS, frozenset(map(stem, ("weight", "mass")))),
    (_METRES, frozenset(map(stem, ("length", "distance", "height", "width", "depth", "elevation", "altitude")))),
    (_BYTES, frozenset(map(stem, ("size",)))),
)
"""Units with how many of the smallest each is, and the stems of columns that keep what they measure."""
_LASTING = frozenset(map(stem, ("duration", "length", "runtime", "time"))) | SECONDS.keys()


def time_columns_named(inquiry: Inquiry, position: int) -> frozenset[str]:
    """Return the stems of columns that a number with a unit speaks of; none without one."""
    if _said_unit(inquiry, position):
        return _LASTING
    return next((words | units.keys() for units, words in _FAMILIES if _unit_of(inquiry, position, units)), frozenset())


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
        return _in_family(inquiry, ref, number, position)
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
    return _unit_of(inquiry, position, SECONDS)


def _unit_of(inquiry: Inquiry, position: int, units: Mapping[str, float]) -> float | None:
    after = inquiry.utterance.words[position + 1 : position + 2]
    return units.get(after[0].stem) if after else None


def _in_family(inquiry: Inquiry, ref: ColumnRef, number: int | float, position: int) -> int | float:
    """Return a weight, length or size in the unit that the column's name tells: "over 2 kilos" on weight_g: 2000."""
    for units, _ in _FAMILIES:
        said = _unit_of(inquiry, position, units)
        stored = next((units[each] for each in inquiry.column_stems(ref) if each in units), None)
        if said is not None and stored is not None:
            return _whole(number * said / stored)
    return number


def _whole(number: float) -> int | float:
    return int(number) if float(number).is_integer() else number
