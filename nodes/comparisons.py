"""comparisons: the numbers of an utterance that are compared with something, and how."""

from __future__ import annotations

from dataclasses import dataclass

from nodes.plan import Operator
from nodes.utterance import Utterance
from value_index.numbers import words_value
from value_index.operators import operator_hint

_CONTEXT = 5
"""Words before and after a number that may say how it is compared."""


@dataclass(frozen=True)
class Comparison:
    """A number with the words that compare it: "older than 30", "5 or more"."""

    start: int
    end: int
    """Half-open range of words that may belong to the comparison."""
    operator: Operator
    number: int | float
    position: int
    """The word that is the number."""


def comparisons(utterance: Utterance) -> tuple[Comparison, ...]:
    """Return the compared numbers, in order."""
    texts = [word.text for word in utterance.words]
    found: list[Comparison] = []
    for position, text in enumerate(texts):
        number = number_of(text)
        if number is None:
            continue
        start = max(0, position - _CONTEXT)
        operator = operator_hint(" ".join(texts[start:position]), " ".join(texts[position + 1 : position + _CONTEXT]))
        if operator in ("<", "<=", ">", ">="):
            end = position + (3 if texts[position + 1 : position + 2] == ["or"] else 1)
            found.append(Comparison(start, end, operator, number, position))
    return tuple(found)


def number_of(text: str) -> int | float | None:
    """Return the number that a word is, in digits or letters; None for another word.

    >>> number_of("2,500"), number_of("three"), number_of("rain")
    (2500, 3, None)
    """
    found = words_value([text])
    if found is None:
        return None
    return int(found[0]) if found[0].is_integer() else found[0]
