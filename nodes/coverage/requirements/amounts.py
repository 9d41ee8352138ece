"""amount_requirements: whether there is any of an amount that a column keeps: "out of stock", "still on order"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nodes.coverage.inquiry import Inquiry
from nodes.coverage.requirement import Option, Requirement
from nodes.lexical.utterance import name_words, stem
from nodes.plan import ColumnTerm, LiteralTerm, Predicate
from value_index.schema import ColumnRef

_OUT_OF = re.compile(
    r"\b(?:(?:out of|no more|not in|no longer in|nothing in)|(?P<there>in|on)) (?P<what>(?!total\b)[a-z]+)\b",
    re.IGNORECASE,
)


def amount_requirements(inquiry: Inquiry) -> Iterator[Requirement]:
    """Yield `units_in_stock = 0` for "out of stock", and `units_on_order > 0` for "on order".

    The column holds numbers, and its name ends with the words: "in stock" is said of `units_in_stock` or `stock`.
    """
    for match in _OUT_OF.finditer(inquiry.utterance.text):
        start, end = inquiry.utterance.span(match.start(), match.end())
        there = bool(match["there"]) and not inquiry.is_denied(start)
        options = tuple(_option(ref, there=there) for ref in _kept(inquiry, match["what"], match["there"]))
        if options:
            yield Requirement("number", match.group(), start, end, 0.8, options)


def _kept(inquiry: Inquiry, what: str, there: str | None) -> list[ColumnRef]:
    """Return the columns of amounts whose names end with a word, with "in" or "on" before it where that is said."""
    found: list[ColumnRef] = []
    for ref in inquiry.schema.columns:
        words = name_words(inquiry.schema.describe(ref).natural_name)
        if (
            inquiry.schema.describe(ref).kind != "number"
            or ref in inquiry.keys
            or stem(words[-1]) != stem(what.lower())
        ):
            continue
        if len(words) == 1 or words[-2] == (there or "in").lower() or (not there and words[-2] in ("on", "of")):
            found.append(ref)
    return sorted(found, key=lambda ref: -inquiry.table_score(ref.table))


def _option(ref: ColumnRef, *, there: bool) -> Option:
    condition = Predicate(left=ColumnTerm.of(ref), operator=">" if there else "=", right=(LiteralTerm(value=0),))
    return Option(ref, (condition,), 1.0)
