"""bound_in: the comparison with a number that words hold, such as "at least 4" or "2000 or later"."""

from __future__ import annotations

import re
from typing import NamedTuple

from value_index.text.comparison_words import COMPARISONS, OR_LESS, OR_MORE

_BEHIND: dict[str, str] = {**dict.fromkeys(OR_MORE, ">="), **dict.fromkeys(OR_LESS, "<=")}
NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
"""Numbers as they are written out, from one."""
_SCALES = {"hundred": 100, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}
_NUMBER = rf"(?P<number>\d+(?:[.,]\d+)*|{'|'.join(NUMBERS)})(?![\w-])(?:\s+(?P<scale>{'|'.join(_SCALES)})\b)?(?P<percent>\s*(?:%|percent\b|per cent\b))?"
_BEFORE = re.compile(rf"^(?P<left>.*?)\s*\b(?P<said>{'|'.join(COMPARISONS)})\s+{_NUMBER}\s*(?P<right>.*)$", re.I | re.S)
_AFTER = re.compile(
    rf"^(?P<left>.*?)\s*\b{_NUMBER}\s*(?P<unit>.*?)\s+or\s+(?P<said>{'|'.join(_BEHIND)})\b\s*(?P<right>.*)$",
    re.I | re.S,
)


class Bound(NamedTuple):
    """A comparison with a number, and the words around it."""

    left: str
    operator: str
    number: str
    right: str


def bound_in(words: str) -> Bound | None:
    """Return the first comparison with a number; None if there is none.

    >>> bound_in("with at least 4 sales")
    Bound(left='with', operator='>=', number='4', right='sales')
    >>> bound_in("founded in 2000 or later"), bound_in("of more than 5 million people").number
    (Bound(left='founded in', operator='>=', number='2000', right=''), '5000000')
    """
    if found := _AFTER.match(words):
        right = f"{found['unit']} {found['right']}".strip()
        return Bound(found["left"].strip(), _BEHIND[found["said"].lower()], _number(found), right)
    if found := _BEFORE.match(words):
        return Bound(found["left"].strip(), COMPARISONS[found["said"].lower()], _number(found), found["right"].strip())
    return None


def _number(found: re.Match[str]) -> str:
    """Write a number as SQL; a percentage as a part of one."""
    said = found["number"].lower()
    value = float(NUMBERS.index(said) + 1) if said in NUMBERS else float(said.replace(",", ""))
    value *= _SCALES.get((found["scale"] or "").lower(), 1)
    return f"{value / 100 if found['percent'] else value:.12g}".removesuffix(".0")
