"""part_name_requirements: people and things called by a part of their stored name ("the projects of Goran")."""

from __future__ import annotations

from collections.abc import Iterator

from nodes.coverage.inquiry import Inquiry
from nodes.coverage.requirement import Option, Requirement
from nodes.lexical.evidence import display_columns
from nodes.plan import ColumnTerm, LiteralTerm, Predicate
from value_index.matches import ValueMatch
from value_index.schema import ColumnRef
from value_index.text.folding import fold, holds_words

STRENGTH = 1.0
NAMED = 0.8
"""Score of a mention from which the words name a table or a column instead."""


def part_name_requirements(inquiry: Inquiry) -> Iterator[Requirement]:
    """Yield an equality with the only name that a capitalised word is a part of; a pattern where it is one of several.

    "Show the projects of Goran": `name = 'Goran Novak'`; with two of that name, `name LIKE '%Goran%'`.
    """
    called = {ref for table in inquiry.schema.tables for ref in display_columns(table)}
    for mention, matches in _parts(inquiry).items():
        start, end = inquiry.span(mention)
        if end == start or not mention[:1].isupper() or _is_explained(inquiry, start, end):
            continue
        values: dict[ColumnRef, list[str]] = {}
        for match in matches:
            if (
                match.column in called
                and isinstance(match.value, str)
                and holds_words(fold(match.value), fold(mention))
            ):
                values.setdefault(match.column, []).append(match.value)
        denied = inquiry.is_denied(start)
        options = tuple(_option(ref, mention, found, denied=denied) for ref, found in values.items())
        if options:
            yield Requirement("value", mention, start, end, STRENGTH, options, excludes=denied)


def _parts(inquiry: Inquiry) -> dict[str, list[ValueMatch]]:
    """Return what the index finds alike, by mention; nothing where it finds the very value."""
    found: dict[str, list[ValueMatch]] = {}
    for match in inquiry.matches:
        found.setdefault(match.mention, []).append(match)
    return {
        mention: matches
        for mention, matches in found.items()
        if all(m.kind == "fuzzy" or not isinstance(m.value, str) for m in matches)
    }


def _is_explained(inquiry: Inquiry, start: int, end: int) -> bool:
    columns = (m for m in inquiry.evidence.mentions.columns if m.candidates[0][1] >= NAMED)
    tables = inquiry.named_tables
    return any(m.start < end and start < m.end for m in (*columns, *tables))


def _option(ref: ColumnRef, mention: str, values: list[str], *, denied: bool) -> Option:
    only = len(set(values)) == 1
    right = (LiteralTerm(value=values[0] if only else f"%{mention}%"),)
    operator = ("!=" if denied else "=") if only else "not like" if denied else "like"
    return Option(ref, (Predicate(left=ColumnTerm.of(ref), operator=operator, right=right),), 1.0)
