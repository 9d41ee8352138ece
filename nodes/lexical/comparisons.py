"""comparisons: the numbers of an utterance that are compared with something, and how."""

from __future__ import annotations

from dataclasses import dataclass

from nodes.lexical.utterance import Utterance
from nodes.plan import Operator
from value_index.text.numbers import words_value
from value_index.text.operators import operator_hint

_LEFT_OUT = frozenset(
    ("exclude", "excluding", "leave", "remove", "omit", "without", "except", "drop", "skip", "ignore")
)
_DENIED: dict[str, Operator] = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}
_ONE = frozenset(("a", "an", "one"))
_BEFORE_ONE = frozenset(("than", "over", "under", "least", "most", "exceeding"))
_UNITS = frozenset(("second", "minute", "hour", "day", "week", "month", "year"))
_CONTEXT = 5
"""Words before and after a number that may say how it is compared."""


@dataclass(frozen=True)
class NumberComparison:
    """A number with the words that compare it: "older than 30", "5 or more"."""

    start: int
    end: int
    """Half-open range of words that may belong to the comparison."""
    operator: Operator
    number: int | float
    position: int
    """The word that is the number."""


def comparisons(utterance: Utterance) -> tuple[NumberComparison, ...]:
    """Return the compared numbers, in order."""
    texts = [word.text for word in utterance.words]
    found: list[NumberComparison] = []
    for position, text in enumerate(texts):
        number = number_of(text)
        if number is None and text in _ONE and _is_one_unit(texts, position):
            number = 1  # "longer than an hour"
        if number is None:
            continue
        start = max(0, position - _CONTEXT)
        after = texts[position + 1 : position + _CONTEXT]
        if len(after) >= 3 and number_of(after[2]) is not None:
            after = []  # "above 50 or below 46": the words after are the next number's
        operator = operator_hint(" ".join(texts[start:position]), " ".join(after))
        if operator in ("<", "<=", ">", ">="):
            end = position + (3 if texts[position + 1 : position + 2] == ["or"] else 1)
            found.append(NumberComparison(start, end, operator, number, position))
    return tuple(found)


def _is_one_unit(texts: list[str], position: int) -> bool:
    """Tell whether an article stands for one unit of time that something is compared with."""
    around = texts[position - 1 : position] + texts[position + 1 : position + 2]
    return len(around) == 2 and around[0] in _BEFORE_ONE and around[1] in _UNITS


def meant_operator(utterance: Utterance, comparison: NumberComparison) -> Operator:
    """Return the operator of a comparison, turned where the words leave out what meets it: "without those under 50"."""
    out = any(word.text in _LEFT_OUT for word in utterance.words[: comparison.position])
    return _DENIED[comparison.operator] if out else comparison.operator


def average_comparison(utterance: Utterance) -> tuple[int, Operator] | None:
    """Return where an utterance compares something with the average, and how; None where it does not."""
    texts = [word.text for word in utterance.words]
    for position in (i for i, text in enumerate(texts) if text in ("average", "mean")):
        operator = operator_hint(" ".join(texts[max(0, position - _CONTEXT) : position]), "")
        if operator in ("<", "<=", ">", ">="):
            return position, operator
    return None


def number_of(text: str) -> int | float | None:
    """Return the number that a word is, in digits or letters; None for another word.

    >>> number_of("2,500"), number_of("three"), number_of("rain")
    (2500, 3, None)
    """
    found = words_value([text])
    if found is None:
        return None
    return int(found[0]) if found[0].is_integer() else found[0]
