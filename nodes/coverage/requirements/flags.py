"""flag_requirements: yes/no columns that an adjective or a verb of the utterance names."""

from __future__ import annotations

from collections.abc import Iterator

from nodes.coverage.inquiry import Inquiry
from nodes.coverage.requirement import Option, Requirement
from nodes.lexical.utterance import name_words, stem
from nodes.plan import ColumnTerm, LiteralTerm, Predicate
from value_index.schema import ColumnRef

_IDLE = frozenset(
    map(
        stem,
        [
            "is",
            "has",
            "have",
            "had",
            "was",
            "are",
            "flag",
            "status",
            "yn",
            "ind",
            "indicator",
            "bool",
            "boolean",
            "can",
            "did",
            "does",
            "of",
            "the",
            "a",
        ],
    )
)
"""Words of a column's name that say only that it is a flag."""
_PREFIXES = ("in", "un", "non", "dis", "im", "ir")
_ASKING = frozenset(("whether", "if", "show", "list", "and", "average", "total"))
"""Words before which a flag is something to show, not a condition."""


def flag_requirements(inquiry: Inquiry) -> Iterator[Requirement]:
    """Yield `is_active = 1` for "active", `= 0` for "inactive" and "not active".

    "How many accounts are active?": `is_active = 1`; "Who has no card?": `has_card = 'no'`.
    """
    places: dict[int, list[tuple[ColumnRef, bool, float]]] = {}
    for ref in inquiry.schema.columns:
        own = [word for word in name_words(inquiry.schema.describe(ref).natural_name) if stem(word) not in _IDLE]
        if not own or ref in inquiry.keys or inquiry.profiles.of(ref).flag is None:
            continue
        for at, holds, share in _said(inquiry, own):
            places.setdefault(at, []).append((ref, holds, share))
    for at, found in places.items():
        scored = [(share + 0.3 * inquiry.table_score(ref.table), ref, holds) for ref, holds, share in found]
        scored.sort(key=lambda item: -item[0])
        options = tuple(_option(inquiry, ref, holds, score / scored[0][0]) for score, ref, holds in scored)
        word = inquiry.utterance.words[at]
        mention = inquiry.utterance.text[word.start : word.end]
        yield Requirement("flag", mention, at, at + 1, 0.8 * min(1.0, max(s for _, _, s in found)), options)


def _said(inquiry: Inquiry, own: list[str]) -> Iterator[tuple[int, bool, float]]:
    """Yield where the last word of a flag's name is said, whether it is to hold, and how much of the name is said."""
    stems = [stem(word) for word in own]
    said = sum(each in inquiry.stems for each in stems) / len(stems)
    for at, word in enumerate(inquiry.utterance.words):
        before = inquiry.utterance.words[at - 1].text if at else ""
        if before in _ASKING:
            continue
        if word.stem == stems[-1] and said > 0.5:
            yield at, not inquiry.is_denied(at), said
        elif any(word.text.startswith(p) and stem(word.text.removeprefix(p)) == stems[-1] for p in _PREFIXES):
            yield at, inquiry.is_denied(at), 1.0


def _option(inquiry: Inquiry, ref: ColumnRef, holds: bool, weight: float) -> Option:
    flag = inquiry.profiles.of(ref).flag
    assert flag is not None
    value = flag[0] if holds else flag[1]
    return Option(ref, (Predicate(left=ColumnTerm.of(ref), operator="=", right=(LiteralTerm(value=value),)),), weight)
