"""picked_reading: which of two readings a user's words choose."""

from __future__ import annotations

import re
from collections.abc import Sequence

from nodes.lexical.utterance import stem

_WORD = re.compile(r"\w+")
_FIRST = re.compile(r"\b(?:the )?(?:first|former|option 1)\b", re.I)
_SECOND = re.compile(r"\b(?:the )?(?:second|latter|option 2)\b", re.I)


def picked_reading(words: str, readings: Sequence[str]) -> int | None:
    """Return the place of the reading that has more of what sets it apart in the user's words; None if neither leads.

    >>> picked_reading("by the total price, please", ("order by item.price desc", "order by item.name asc"))
    0
    """
    if len(readings) != 2:
        return None
    one, other = bool(_FIRST.search(words)), bool(_SECOND.search(words))
    if one != other:
        return 0 if one else 1
    said = _words(words)
    left, right = map(_words, readings)
    counts = len(said & (left - right)), len(said & (right - left))
    return None if counts[0] == counts[1] else int(counts[1] > counts[0])


def _words(text: str) -> set[str]:
    return {stem(part) for word in _WORD.findall(text.lower()) for part in (word, *word.split("_"))}
