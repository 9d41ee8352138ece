"""bound_requirements: a figure held against another column of its own row ("below their reorder level")."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nodes.coverage.inquiry import NAMED, Inquiry
from nodes.coverage.requirement import Option, Requirement
from nodes.plan import ColumnTerm, Operator, Predicate
from value_index.schema import ColumnRef

_BOUND = re.compile(
    r"\b(?:(?P<below>below|under|beneath|(?:less|fewer|lower|smaller) than|short of)"
    r"|(?P<above>above|over|beyond|(?:more|higher|greater|larger) than|exceed(?:s|ed|ing)?)) (?:its|their|the|his|her)(?: own)? ",
    re.IGNORECASE,
)


def bound_requirements(inquiry: Inquiry) -> Iterator[Requirement]:
    """Yield a comparison of two figures of one row.

    "Which items are below their reorder level?": `on_hand < reorder_level`.
    """
    for match in _BOUND.finditer(inquiry.utterance.text):
        start, end = inquiry.utterance.span(*match.span())
        operator: Operator = "<" if match["below"] else ">"
        for mention in inquiry.evidence.mentions.columns:
            if mention.start != end or mention.candidates[0][1] < NAMED:
                continue
            options = tuple(
                Option(held, (Predicate(left=ColumnTerm.of(held), operator=operator, right=(ColumnTerm.of(bound),)),), score)
                for bound, score in mention.candidates[:3]
                if score >= NAMED and (held := _held(inquiry, bound, start)) is not None
            )  # fmt: skip
            if options:
                words = inquiry.utterance.words
                text = inquiry.utterance.text[match.start() : words[mention.end - 1].end]
                yield Requirement("columns", text, start, mention.end, 0.9, options)
                break


def _held(inquiry: Inquiry, bound: ColumnRef, start: int) -> ColumnRef | None:
    """Return the figure of the same row that is meant: named before, else the only other one; None if no one can tell."""
    table = inquiry.schema.table(bound.table)
    assert table is not None
    figures = [
        ref
        for column in table.columns
        if column.kind == "number"
        and (ref := ColumnRef(table=table.name, column=column.name)) not in (*inquiry.keys, bound)
        and inquiry.profiles.of(ref).flag is None
    ]
    if not inquiry.evidence.is_ordered(bound) or bound in inquiry.keys:
        return None
    before = [m for m in inquiry.evidence.mentions.columns if m.start < start]
    named = [ref for ref in figures if any(m.score(ref) >= NAMED for m in before)]
    return named[0] if named else figures[0] if len(figures) == 1 else None
