"""Numbers in digits and in words."""

from __future__ import annotations

import math
from collections.abc import Sequence

_UNITS = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19,
}  # fmt: skip
_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
_SCALES = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9, "k": 1000, "m": 10**6}


def digits_value(text: str) -> float | None:
    """Return the number that digits spell, with or without thousands separators; None for other texts, and past 10^308.

    >>> digits_value("1,200"), digits_value("3.5"), digits_value("12a")
    (1200.0, 3.5, None)
    """
    plain = text.replace(",", "") if _has_thousands(text) else text
    if not plain or not plain.isascii() or not (plain[0].isdigit() and plain[-1].isdigit()):
        return None
    value = float(plain) if plain.replace(".", "", 1).isdigit() else math.inf
    return value if math.isfinite(value) else None


def words_value(words: Sequence[str]) -> tuple[float, int] | None:
    """Return the number that the first words spell and how many words that takes; None if they spell none.

    >>> words_value("twenty five thousand people".split()), words_value(["3", "million"]), words_value(["a"])
    ((25000.0, 3), (3000000.0, 2), None)
    """
    total, current, used = 0.0, 0.0, 0
    for word in words:
        value = _UNITS.get(word, _TENS.get(word))
        digits = digits_value(word) if used == 0 else None
        if value is not None and (current % 100 == 0 or (current % 10 == 0 and value < 10)):
            current += value
        elif digits is not None:
            current = digits
        elif word in _SCALES and used:
            scale = _SCALES[word]
            current = max(current, 1) * scale
            if scale > 100:
                total, current = total + current, 0.0
        else:
            break
        used += 1
    return (total + current, used) if used and math.isfinite(total + current) else None


def _has_thousands(text: str) -> bool:
    head, *groups = text.split(".")[0].split(",")
    return bool(groups) and 0 < len(head) <= 3 and all(len(group) == 3 for group in groups)
