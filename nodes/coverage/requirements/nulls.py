"""null_requirements: columns without a value that a denial names ("no director", "have not shipped")."""

from __future__ import annotations

from collections.abc import Iterator

from nodes.coverage.inquiry import Inquiry
from nodes.coverage.requirement import Option, Requirement
from nodes.lexical.interpretation import column_term
from nodes.lexical.utterance import stem
from nodes.plan import Operator, Predicate
from value_index.schema import ColumnRef

_MISSING = frozenset(
    ("missing", "unknown", "lack", "lacks", "lacking", "empty", "unspecified", "null", "blank", "undefined")
)
_IDLE = frozenset(
    map(
        stem,
        [
            "id",
            "code",
            "date",
            "day",
            "time",
            "no",
            "number",
            "key",
            "name",
            "is",
            "has",
            "on",
            "at",
            "by",
            "of",
            "in",
            "to",
            "the",
            "a",
        ],
    )
)
_REACH = 4


def null_requirements(inquiry: Inquiry) -> Iterator[Requirement]:
    """Yield `IS NULL` for a denied or missing column that holds NULL somewhere.

    "Which films have no director?": `director IS NULL`; "How many sales have not shipped?": `ship_date IS NULL`.
    """
    taken: dict[int, list[tuple[float, ColumnRef]]] = {}
    for ref in inquiry.schema.columns:
        own = {each for each in inquiry.column_stems(ref) if each not in _IDLE}
        if not own or inquiry.schema.describe(ref).not_null:
            continue
        places = [at for at, each in enumerate(inquiry.stems) if each in own and _is_missing(inquiry, at)]
        if places and inquiry.profiles.of(ref).has_null and inquiry.profiles.of(ref).flag is None:
            said = len({inquiry.stems[at] for at in places}) / len(own)
            taken.setdefault(places[-1], []).append((said + 0.5 * inquiry.table_score(ref.table), ref))
    for at, found in taken.items():
        found.sort(key=lambda item: -item[0])
        word = inquiry.utterance.words[at]
        options = tuple(_option(ref, "is null", score / found[0][0]) for score, ref in found)
        mention = inquiry.utterance.text[word.start : word.end]
        yield Requirement("null", mention, at, at + 1, 0.7, options)


def _is_missing(inquiry: Inquiry, at: int) -> bool:
    words = inquiry.utterance.words
    if any(word.text in _MISSING for word in words[max(0, at - 2) : at + 4]):
        return True
    denial = inquiry.denial_before(at)
    return denial is not None and at - denial <= _REACH and words[denial].text not in ("except", "excluding", "besides")


def _option(ref: ColumnRef, operator: Operator, weight: float) -> Option:
    return Option(ref, (Predicate(left=column_term(ref), operator=operator),), weight)
