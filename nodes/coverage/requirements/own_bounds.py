"""bound_requirements: a figure held against another column of its own row ("below their reorder level")."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nodes.coverage.inquiry import NAMED, Inquiry
from nodes.coverage.requirement import Option, Requirement
from nodes.lexical.utterance import stem
from nodes.plan import ColumnTerm, Operator, Predicate
from value_index.schema import ColumnRef

_BOUND = re.compile(
    r"\b(?:(?P<below>below|under|beneath|(?:less|fewer|lower|smaller) than|short of)"
    r"|(?P<above>above|over|beyond|(?:more|higher|greater|larger) than|exceed(?:s|ed|ing)?)) (?:its|their|the|his|her)(?: own)? ",
    re.IGNORECASE,
)

_THAN_PLANNED = re.compile(
    r"\b(?:(?P<less>less|fewer|lower|shorter|cheaper|under|below)|more|longer|higher|over|above|greater)(?: \w+){0,2}? (?:than )?"
    r"(?:(?:was|were|had been|been|originally|initially) )*(?:estimate[sd]?|plan(?:ned)?|budget(?:ed)?|expected|forecast(?:ed)?|allowed|targeted)\b",
    re.IGNORECASE,
)
_LOW = re.compile(
    r"\b(?:(?:need|needs|have|has|must|should) (?:to )?(?:be )?(?:re-?order(?:ed|ing)?|re-?stock(?:ed|ing)?)"
    r"|(?:low|running low|short) (?:on|in|of) stock|below (?:the )?(?:re-?order|minimum)(?: \w+)?)\b",
    re.IGNORECASE,
)
_PLANNED = frozenset(map(stem, ("estimated", "estimate", "planned", "plan", "budget", "budgeted", "expected", "forecast", "allowed", "target", "est")))  # fmt: skip
_ACTUAL = frozenset(map(stem, ("actual", "real", "spent", "act", "final")))
_LEVEL = frozenset(map(stem, ("reorder", "minimum", "min", "threshold", "restock", "safety")))
_STOCK = frozenset(map(stem, ("stock", "hand", "quantity", "qty", "available", "inventory", "on_hand", "units")))
_NO_STOCK = frozenset(map(stem, ("price", "cost", "order")))
"""Words of figures of a piece, and of pieces that are still awaited."""
_IDLE = frozenset(map(stem, ("date", "at", "on", "amount")))
SPOKEN_OF = 0.5
"""Score from which a word before speaks of a figure: "stock" of units_in_stock."""


def bound_requirements(inquiry: Inquiry) -> Iterator[Requirement]:
    """Yield a comparison of two figures of one row.

    "Which items are below their reorder level?": `on_hand < reorder_level`.
    """
    yield from _planned(inquiry)
    yield from _low(inquiry)
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


def _planned(inquiry: Inquiry) -> Iterator[Requirement]:
    """Yield a figure held against the planned one of its row: "took longer than estimated"."""
    match = _THAN_PLANNED.search(inquiry.utterance.text)
    if match is None:
        return
    start, end = inquiry.utterance.span(*match.span())
    operator: Operator = "<" if match["less"] else ">"
    found: list[tuple[ColumnRef, ColumnRef]] = []
    for bound in inquiry.schema.columns:
        stems = inquiry.column_stems(bound)
        rest = stems - _PLANNED
        if stems & _PLANNED and rest and inquiry.evidence.is_ordered(bound):
            found += [
                (other, bound)
                for other in inquiry.schema.columns
                if other.table == bound.table and other != bound and rest & inquiry.column_stems(other) - _IDLE
                and inquiry.schema.describe(other).kind == inquiry.schema.describe(bound).kind
                and other not in inquiry.keys
            ]  # fmt: skip
    found.sort(key=lambda pair: (-inquiry.table_score(pair[0].table), not inquiry.column_stems(pair[0]) & _ACTUAL))
    if found:
        held, bound = found[0]
        condition = Predicate(left=ColumnTerm.of(held), operator=operator, right=(ColumnTerm.of(bound),))
        yield Requirement("columns", match.group(), start, end, 0.9, (Option(held, (condition,), 1.0),))


def _low(inquiry: Inquiry) -> Iterator[Requirement]:
    """Yield stock held against the level at which more is ordered: "which items need to be reordered"."""
    match = _LOW.search(inquiry.utterance.text)
    explained = inquiry.evidence.cues.comparisons or _BOUND.search(inquiry.utterance.text)
    if match is None or explained:  # "need reordering, stock below 5" says itself what is low
        return
    start, end = inquiry.utterance.span(*match.span())
    for bound in inquiry.schema.columns:
        if not inquiry.column_stems(bound) & _LEVEL or inquiry.schema.describe(bound).kind != "number":
            continue
        held = [
            ref
            for ref in inquiry.schema.columns
            if ref.table == bound.table and ref != bound and _is_stock(inquiry, ref)
            and inquiry.schema.describe(ref).kind == "number"
        ]  # fmt: skip
        for ref in held[:1]:
            condition = Predicate(left=ColumnTerm.of(ref), operator="<", right=(ColumnTerm.of(bound),))
            yield Requirement("columns", match.group(), start, end, 0.9, (Option(ref, (condition,), 1.0),))
            return


def _is_stock(inquiry: Inquiry, ref: ColumnRef) -> bool:
    stems = inquiry.column_stems(ref)
    return bool(stems & _STOCK) and not stems & (_LEVEL | _NO_STOCK)


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
    named = [
        (m.score(ref) >= NAMED, m.start, m.score(ref), ref)
        for ref in figures
        for m in before
        if m.score(ref) >= SPOKEN_OF
    ]
    best = max(named, key=lambda each: each[:3], default=None)
    if best is None and inquiry.column_stems(bound) & _LEVEL:  # what has a level at which more is ordered is in stock
        figures = [ref for ref in figures if _is_stock(inquiry, ref)]
    return best[-1] if best else figures[0] if len(figures) == 1 else None
