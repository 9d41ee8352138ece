"""state_requirements: what has come to an end or has not, where only a column of times says so ("unpaid", "still open")."""

from __future__ import annotations

from collections.abc import Iterator

from nodes.coverage.inquiry import NAMED, Inquiry
from nodes.coverage.requirement import Option, Requirement
from nodes.lexical.utterance import stem
from nodes.plan import ColumnTerm, Operator, Predicate
from value_index.schema import ColumnRef

_GOING_ON = frozenset(("open", "running", "active", "live", "ongoing", "unresolved", "outstanding"))
_ENDS = frozenset(map(stem, ("end", "ended", "close", "closed", "resolve", "resolved", "finish", "finished", "complete", "completed",
                             "cancel", "cancelled", "canceled", "churned", "terminated", "expired", "left", "returned")))  # fmt: skip
"""Stems of columns of times at which something is over."""
_ARE = frozenset(("is", "are", "was", "were", "been", "already", "still"))
STRENGTH = 0.9
SHORTEST = 3
"""Letters of a deed that "un" denies."""


def state_requirements(inquiry: Inquiry) -> Iterator[Requirement]:
    """Yield `paid_on IS NULL` for "unpaid", `closed_at IS NULL` for "still open", `cancelled_on IS NOT NULL` for "cancelled orders"."""
    times = [ref for ref in inquiry.schema.columns if _may_be_open(inquiry, ref)]
    for at, word in enumerate(inquiry.utterance.words):
        undone = (
            stem(word.text.removeprefix("un")) if word.text.startswith("un") and len(word.text) > SHORTEST + 2 else ""
        )
        done = word.stem if _is_adjective(inquiry, at) else ""
        on = [ref for ref in times if word.text in _GOING_ON and inquiry.column_stems(ref) & _ENDS]
        off = [ref for ref in times if undone in inquiry.column_stems(ref)] if undone else []
        over = [ref for ref in times if done in inquiry.column_stems(ref)] if done else []
        refs, lacks = (on or off, True) if on or off else (over, False)
        if refs:
            if inquiry.is_denied(at):
                lacks = not lacks
            refs.sort(key=lambda ref: -inquiry.table_score(ref.table))
            text = inquiry.utterance.text[word.start : word.end]
            options = tuple(_option(ref, "is null" if lacks else "is not null") for ref in refs[:2])
            yield Requirement("null", text, at, at + 1, STRENGTH, options)


def _may_be_open(inquiry: Inquiry, ref: ColumnRef) -> bool:
    """Tell whether a column of a table that is spoken of records times, and has none for some rows."""
    if inquiry.table_score(ref.table) < NAMED or inquiry.schema.describe(ref).not_null:
        return False
    profile = inquiry.profiles.of(ref)
    return profile.date_form is not None and profile.has_null


def _is_adjective(inquiry: Inquiry, at: int) -> bool:
    """Tell whether a word says of things what they are: "the closed tickets", "those that were closed"."""
    before = inquiry.utterance.words[at - 1].text if at else ""
    said = any(m.start == at + 1 and m.score >= NAMED for m in inquiry.evidence.mentions.tables)
    return said or before in _ARE


def _option(ref: ColumnRef, operator: Operator) -> Option:
    return Option(ref, (Predicate(left=ColumnTerm.of(ref), operator=operator),), 1.0)
