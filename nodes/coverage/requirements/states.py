"""state_requirements: what has come to an end or has not: a stored state, else what a column of times says ("unpaid", "still open")."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nodes.coverage.inquiry import NAMED, Inquiry
from nodes.coverage.requirement import Option, Requirement
from nodes.lexical.utterance import stem
from nodes.plan import ColumnTerm, LiteralTerm, Operator, Predicate
from value_index.schema import ColumnRef

_GOING_ON = frozenset(("open", "running", "active", "live", "ongoing", "unresolved", "outstanding"))
_ENDS = frozenset(map(stem, ("end", "ended", "close", "closed", "resolve", "resolved", "finish", "finished", "complete", "completed",
                             "cancel", "cancelled", "canceled", "churned", "terminated", "expired", "left", "returned")))  # fmt: skip
"""Stems of columns of times at which something is over."""
_ARE = frozenset(("is", "are", "was", "were", "been", "already", "still", "currently"))
_THEY_HAVE = re.compile(r"\b(?:has|have|had|did) (?:each|they|he|she)(?: of (?:them|those|these))? $", re.IGNORECASE)
_DO = re.compile(
    r"\b(?:(?:did|do|does|can|could|will|would)\b(?!.*\b(?:have|has|had|are|is|were|was|with|keep|stay)\b).*|to) $",
    re.IGNORECASE,
)
_ONES = frozenset(("one", "ones"))
STRENGTH, STORED = 0.9, 1.2
"""Strength of a time that tells a state, and of the stored state itself."""
SPOKEN_OF = 0.5
"""Score of a table that the turn names or goes on about."""
MOST_STATES = 12
"""Distinct values of a column that keeps states."""
SHORTEST = 3
"""Letters of a deed that "un" denies."""


def state_requirements(inquiry: Inquiry) -> Iterator[Requirement]:
    """Yield `paid_on IS NULL` for "unpaid", `closed_at IS NULL` for "still open", `cancelled_on IS NOT NULL` for "cancelled orders".

    Where a column stores the word itself, it is meant: `status = 'open'`.
    """
    times = [ref for ref in inquiry.schema.columns if _may_be_open(inquiry, ref)]
    for at, word in enumerate(inquiry.utterance.words):
        said = word.text.startswith("un") and len(word.text) > SHORTEST + 2
        undone = stem(word.text.removeprefix("un")) if said else ""
        told = _is_adjective(inquiry, at)
        if word.text in _GOING_ON and not told and _DO.search(inquiry.utterance.text[: word.start]):
            continue  # "how many did they open in May?"
        near = [ref for ref in times if told or inquiry.table_score(ref.table) >= NAMED]
        on = [ref for ref in near if word.text in _GOING_ON and inquiry.column_stems(ref) & _ENDS]
        off = [ref for ref in near if undone in inquiry.column_stems(ref)] if undone else []
        over = [ref for ref in near if word.stem in inquiry.column_stems(ref)] if told else []
        refs, lacks = (on or off, True) if on or off else (over, False)
        if refs:
            denied = inquiry.is_denied(at)
            text = inquiry.utterance.text[word.start : word.end]
            if stored := tuple(_stored(inquiry, word.text, denied=denied)):
                yield Requirement("value", text, at, at + 1, STORED, stored, excludes=denied)
                continue
            refs.sort(key=lambda ref: -inquiry.table_score(ref.table))
            options = tuple(_option(ref, "is null" if lacks != denied else "is not null") for ref in refs[:2])
            yield Requirement("null", text, at, at + 1, STRENGTH, options)


def _stored(inquiry: Inquiry, state: str, *, denied: bool) -> Iterator[Option]:
    """Yield the columns of the tables spoken of that store a state by its own word: `status = 'open'`."""
    for ref in inquiry.schema.columns:
        if inquiry.table_score(ref.table) < SPOKEN_OF or inquiry.schema.describe(ref).kind != "text":
            continue
        values = inquiry.profiles.of(ref).values
        found = next((each for each in values if isinstance(each, str) and each.casefold() == state), None)
        if found is not None and len(values) <= MOST_STATES:
            right = (LiteralTerm(value=found),)
            predicate = Predicate(left=ColumnTerm.of(ref), operator="!=" if denied else "=", right=right)
            yield Option(ref, (predicate,), 1.0)


def _may_be_open(inquiry: Inquiry, ref: ColumnRef) -> bool:
    """Tell whether a column of a table that is spoken of records times, and has none for some rows."""
    if inquiry.table_score(ref.table) < SPOKEN_OF or inquiry.schema.describe(ref).not_null:
        return False
    profile = inquiry.profiles.of(ref)
    return profile.date_form is not None and profile.has_null


def _is_adjective(inquiry: Inquiry, at: int) -> bool:
    """Tell whether a word says of things what they are: "the closed tickets", "those that were closed"."""
    before = inquiry.utterance.words[at - 1].text if at else ""
    words = inquiry.utterance.words
    said = any(m.start == at + 1 and m.score >= NAMED for m in inquiry.evidence.mentions.tables)
    done = words[at].text.endswith("ed") and bool(_THEY_HAVE.search(inquiry.utterance.text[: words[at].start]))
    return said or done or before in _ARE or (at + 1 < len(words) and words[at + 1].text in _ONES)


def _option(ref: ColumnRef, operator: Operator) -> Option:
    return Option(ref, (Predicate(left=ColumnTerm.of(ref), operator=operator),), 1.0)
