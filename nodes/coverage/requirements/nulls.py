"""null_requirements: columns without a value that a denial names ("no director", "have not shipped")."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nodes.coverage.inquiry import Inquiry
from nodes.coverage.requirement import Requirement
from nodes.coverage.requirements.ended import ended_requirements
from nodes.coverage.requirements.no_value import DATED, LEFT_OUT, SPOKEN_OF, UNDATED, null_option, null_requirement
from nodes.lexical.lexicon import SUPERIORS
from nodes.lexical.utterance import stem
from nodes.plan import Operator
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
_AWAITING = frozenset(("waiting", "awaiting", "pending", "outstanding"))
_LEAVING_OUT = re.compile(
    r"\b(?:leave out|exclude|excluding|remove|omit|drop|skip|hide|ignore|except)\b", re.IGNORECASE
)
_HELD = re.compile(r"\b(?:have|has|having|had|with) (?:an? |any |some )?$", re.IGNORECASE)
_SAID_NO_MORE = frozenset(("and", "or", "but", "listed", "recorded", "given", "set", "at"))
"""Words after a column of which only that it has a value is said: "customers who have a company"."""
_DONE = re.compile(r"\b(?:have|has|had|already)(?: been| already)? $", re.IGNORECASE)


def null_requirements(inquiry: Inquiry) -> Iterator[Requirement]:
    """Yield `IS NULL` for a denied or missing column that holds NULL somewhere.

    "Which films have no director?": `director IS NULL`; "How many sales have not shipped?": `ship_date IS NULL`; "Leave out
    those without a director": `director IS NOT NULL`.
    """
    taken: dict[int, list[tuple[float, ColumnRef]]] = {}
    for ref in inquiry.schema.columns:
        own = {each for each in inquiry.column_stems(ref) if each not in _IDLE}
        if not own or inquiry.schema.describe(ref).not_null:
            continue
        said_at = [at for at, each in enumerate(inquiry.stems) if each in own or inquiry.utterance.compound(at) in own]
        places = [at for at in said_at if _is_missing(inquiry, at) or _is_awaited(inquiry, ref, at)]
        done = [at for at in said_at if at not in places and (_is_done(inquiry, ref, at) or _is_held(inquiry, ref, at))]
        if done and inquiry.profiles.of(ref).has_null:
            yield null_requirement(inquiry, done[-1], (null_option(ref, "is not null", 1.0),))
        if places and inquiry.profiles.of(ref).has_null and inquiry.profiles.of(ref).flag is None:
            said = len({inquiry.stems[at] for at in places}) / len(own)
            taken.setdefault(places[-1], []).append((said + 0.5 * inquiry.table_score(ref.table), ref))
    for at, ref in _superiors(inquiry):
        if at not in taken and _is_missing(inquiry, at):
            yield null_requirement(inquiry, at, (null_option(ref, "is null", 1.0),), DATED)
    yield from ended_requirements(inquiry)
    for at, found in taken.items():
        found.sort(key=lambda item: -item[0])
        operator: Operator = "is not null" if _lack_left_out(inquiry, at) else "is null"
        options = tuple(null_option(ref, operator, score / found[0][0]) for score, ref in found)
        sure = operator == "is not null" or inquiry.profiles.of(found[0][1]).date_form is not None
        yield null_requirement(inquiry, at, options, DATED if sure else UNDATED)


def _is_awaited(inquiry: Inquiry, ref: ColumnRef, at: int) -> bool:
    """Tell whether the words say that what a column of times records is still to come: "waiting to be shipped"."""
    before = {word.text for word in inquiry.utterance.words[max(0, at - _REACH - 1) : at]}
    return bool(before & _AWAITING) and inquiry.profiles.of(ref).date_form is not None


def _superiors(inquiry: Inquiry) -> Iterator[tuple[int, ColumnRef]]:
    """Yield the places at which a superior is spoken of, with a key of a named table to itself that may be missing."""
    for at, each in enumerate(inquiry.stems):
        for key in inquiry.schema.foreign_keys if each in SUPERIORS else ():
            own = key.source.table == key.target.table and inquiry.table_score(key.source.table) >= SPOKEN_OF
            if own and inquiry.profiles.of(key.source).has_null:
                yield at, key.source


def _is_done(inquiry: Inquiry, ref: ColumnRef, at: int) -> bool:
    """Tell whether the words say that what a column of times records has happened: "sales that have shipped"."""
    before = inquiry.utterance.text[: inquiry.utterance.words[at].start]
    return bool(_DONE.search(before)) and inquiry.profiles.of(ref).date_form is not None


def _is_held(inquiry: Inquiry, ref: ColumnRef, at: int) -> bool:
    """Tell whether the words say of a column no more than that there is a value: "customers who have a company"."""
    words, column = inquiry.utterance.words, inquiry.schema.describe(ref)
    after = words[at + 1].text if at + 1 < len(words) else ""
    said = len(inquiry.column_stems(ref)) == 1 and (not after or after in _SAID_NO_MORE)
    article = words[at - 1].text in ("a", "an", "any", "some") if at else False
    held = _HELD.search(inquiry.utterance.text[: words[at].start]) is not None
    return said and article and held and column.kind != "number" and inquiry.table_score(ref.table) > 0


def _is_missing(inquiry: Inquiry, at: int) -> bool:
    words = inquiry.utterance.words
    if any(word.text in _MISSING for word in words[max(0, at - 2) : at + 4]):
        return True
    if LEFT_OUT.search(inquiry.utterance.text[: words[at].start]):
        return True
    denial = inquiry.denial_before(at)
    return denial is not None and at - denial <= _REACH and words[denial].text not in ("except", "excluding", "besides")


def _lack_left_out(inquiry: Inquiry, at: int) -> bool:
    """Tell whether rows are left out since they lack a value: "exclude those without an email", "whose email is missing"."""
    said = inquiry.utterance.text[: inquiry.utterance.words[at].start]
    missing = any(word.text in _MISSING for word in inquiry.utterance.words[max(0, at - 2) : at + 4])
    return inquiry.lack_left_out(at) or (missing and bool(_LEAVING_OUT.search(said)))
