"""zero_requirements: figures of which the words say only that there are any ("had a discount", "without a discount")."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nodes.coverage.inquiry import Inquiry
from nodes.coverage.requirement import Option, Requirement
from nodes.lexical.utterance import stem
from nodes.plan import ColumnTerm, LiteralTerm, Operator, Predicate
from value_index.schema import ColumnRef

_IDLE = frozenset(map(stem, ("pct", "percent", "percentage", "rate", "amount", "amt", "total", "value", "number", "count", "of", "in", "is", "has", "num", "qty")))  # fmt: skip
"""Words of a column's name that say only what kind of figure it is."""
_HELD = re.compile(r"\b(?:have|has|having|had|with|got|get|gets|given|received) (?:an|a|any|some)? ?$", re.IGNORECASE)
_NONE = re.compile(
    r"\b(?:have|has|having|had|with|got|get|gets|given|received|at) no $|\bwithout (?:an?|any)? ?$", re.IGNORECASE
)
_SAID_NO_MORE = frozenset(("and", "or", "but", "at", "in", "from", "on"))
"""Words after a figure of which nothing more is said."""
STRENGTH = 0.8


def zero_requirements(inquiry: Inquiry) -> Iterator[Requirement]:
    """Yield `discount > 0` for "had a discount" and `discount = 0` for "without a discount"."""
    for at, word in enumerate(inquiry.utterance.words):
        after = inquiry.utterance.words[at + 1].text if at + 1 < len(inquiry.utterance.words) else ""
        before = inquiry.utterance.text[: word.start]
        operator: Operator | None = "=" if _NONE.search(before) else ">" if _HELD.search(before) else None
        if operator is None or (after and after not in _SAID_NO_MORE):
            continue
        found = [ref for ref in inquiry.schema.columns if _is_figure_of(inquiry, ref, word.stem)]
        found.sort(key=lambda ref: -inquiry.table_score(ref.table))
        if found:
            text = inquiry.utterance.text[word.start : word.end]
            yield Requirement("number", text, at, at + 1, STRENGTH, tuple(_option(ref, operator) for ref in found[:2]))


def _is_figure_of(inquiry: Inquiry, ref: ColumnRef, said: str) -> bool:
    """Tell whether a column stores how much of a thing there is, none of it in some rows."""
    if set(inquiry.column_stems(ref)) - _IDLE != {said} or inquiry.schema.describe(ref).kind != "number":
        return False
    profile = inquiry.profiles.of(ref)
    numbers = [value for value in profile.values if isinstance(value, int | float)]
    return profile.flag is None and ref not in inquiry.keys and 0 in numbers and min(numbers) >= 0


def _option(ref: ColumnRef, operator: Operator) -> Option:
    return Option(ref, (Predicate(left=ColumnTerm.of(ref), operator=operator, right=(LiteralTerm(value=0),)),), 1.0)
