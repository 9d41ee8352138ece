"""coded_requirements: stored codes that words spell out ("female" for F, "open" for O), and codes told apart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nodes.coverage.inquiry import Inquiry
from nodes.coverage.requirement import Option, Requirement
from nodes.lexical.utterance import stem
from nodes.plan import ColumnTerm, LiteralTerm, Operator, Predicate
from value_index.schema import ColumnRef
from value_index.text import sexes

LONGEST = 4
"""Letters of a code."""
MOST_CODES = 12
"""Distinct values of a column of codes."""
STRENGTH = 0.9
_SEXES = frozenset().union(*sexes.SAID.values())
_NOUNS = ("ation", "ations", "tion", "tions", "al", "als", "ment", "ments", "ure", "ures")
"""Endings of nouns of what was done."""
SPOKEN_OF = 0.5
"""Score of a column that the words name, if only by a part of its name."""
_OF_SEX = frozenset(map(stem, ("sex", "gender")))
_OF_STATE = frozenset(map(stem, ("status", "state", "stage", "phase", "condition", "type", "kind", "level", "priority", "class", "grade")))  # fmt: skip
_STATES = frozenset((
    "open", "closed", "cancelled", "canceled", "completed", "complete", "active", "inactive", "pending", "shipped",
    "delivered", "paid", "unpaid", "hold", "new", "approved", "rejected", "draft", "archived", "returned", "failed",
    "running", "suspended", "finished", "done", "late", "blocked", "sold", "available", "rented", "reserved",
    "booked", "confirmed", "planned", "started", "high", "medium", "low", "urgent", "normal", "full", "part",
    "married", "single", "divorced", "widowed", "good", "fair", "poor", "damaged", "expired", "valid", "published",
    "processing", "refunded", "accepted", "denied", "waiting", "lost", "won",
))  # fmt: skip
"""Words of a state or kind of things, whose first letters are its usual code."""


@dataclass(frozen=True)
class CodedValue:
    """A stored code that a word spells out."""

    start: int
    column: ColumnRef
    value: str


def coded_requirements(inquiry: Inquiry) -> Iterator[Requirement]:
    """Yield an equality for each code that the words spell out, but for codes that are only told apart.

    "How many women are there?": `sex = 'F'`; "open projects": `stat = 'O'`.
    """
    apart = codes_apart(inquiry)
    places: dict[int, list[CodedValue]] = {}
    found_all = coded_values(inquiry)
    told_apart = {each.start for each in found_all if each.column == apart}
    for each in found_all:
        if each.start not in told_apart:
            places.setdefault(each.start, []).append(each)
    for at, found in places.items():
        found.sort(key=lambda each: -inquiry.table_score(each.column.table))
        denied = inquiry.is_denied(at)
        operator: Operator = "!=" if denied else "="
        word = inquiry.utterance.words[at]
        options = tuple(
            Option(each.column, (Predicate(left=ColumnTerm.of(each.column), operator=operator, right=(LiteralTerm(value=each.value),)),), 1.0 - 0.1 * rank)
            for rank, each in enumerate(found[:3])
        )  # fmt: skip
        mention = inquiry.utterance.text[word.start : word.end]
        yield Requirement("value", mention, at, at + 1, STRENGTH, options, excludes=denied)


def coded_values(inquiry: Inquiry) -> tuple[CodedValue, ...]:
    """Return the codes that words of the turn spell out."""
    words = inquiry.utterance.words
    said = [at for at, word in enumerate(words) if word.text in _STATES or word.text in _SEXES]
    found: list[CodedValue] = [*_nouns_of_states(inquiry)]
    if not said:
        return tuple(found)
    for ref in inquiry.schema.columns:
        stems = inquiry.column_stems(ref)
        if stems & (_OF_SEX | _OF_STATE) and ref not in inquiry.keys and (values := _codes(inquiry, ref)):
            for at in said:
                if (value := _code_of(words[at].text, values, of_sex=bool(stems & _OF_SEX))) is not None:
                    found.append(CodedValue(at, ref, value))
    return tuple(found)


def _nouns_of_states(inquiry: Inquiry) -> Iterator[CodedValue]:
    """Yield the stored states that nouns of their root speak of: "the cancellation rate", "how many cancellations"."""
    named = {at for m in inquiry.named_tables for at in range(m.start, m.end)}
    nouns = {word.stem: at for at, word in enumerate(inquiry.utterance.words) if word.text.endswith(_NOUNS)}
    for ref in inquiry.schema.columns if nouns else ():
        if inquiry.column_stems(ref) & _OF_STATE and ref not in inquiry.keys:
            for value in _codes(inquiry, ref):
                at = nouns.get(stem(value.casefold()))
                if at is not None and at not in named:
                    yield CodedValue(at, ref, value)


def codes_apart(inquiry: Inquiry) -> ColumnRef | None:
    """Return the column of which two codes are named beside each other while figures are asked: "men and women"."""
    evidence = inquiry.evidence
    if not evidence.aggregates and evidence.cues.count is None:
        return None
    by_column: dict[ColumnRef, list[CodedValue]] = {}
    for each in coded_values(inquiry):
        by_column.setdefault(each.column, []).append(each)
    near = _tables_spoken_of(inquiry)
    for column, found in sorted(by_column.items(), key=lambda item: item[0].table not in near):
        places = [each.start for each in found]
        between = {word.text for word in inquiry.utterance.words[min(places) : max(places)]}
        if len({each.value for each in found}) > 1 and "and" in between:
            return column
    return None


def _tables_spoken_of(inquiry: Inquiry) -> frozenset[str]:
    """Return the tables that the words name, by their columns too, and those that keys of these lead to."""
    named = {m.table for m in inquiry.named_tables}
    named |= {ref.table for m in inquiry.evidence.named for ref, score in m.candidates[:1] if score >= SPOKEN_OF}
    parents = (key.target.table for key in inquiry.schema.foreign_keys if key.source.table in named)
    return frozenset((*named, *parents))


def _codes(inquiry: Inquiry, ref: ColumnRef) -> tuple[str, ...]:
    values = inquiry.profiles.of(ref).values
    texts = tuple(value for value in values if isinstance(value, str))
    return texts if 1 <= len(texts) == len(values) <= MOST_CODES else ()


def _code_of(word: str, values: tuple[str, ...], *, of_sex: bool) -> str | None:
    """Return the stored code of a word; None if none is, or several may be."""
    if of_sex:
        codes = next((sexes.STORED[sex] for sex, said in sexes.SAID.items() if word in said), frozenset[str]())
        return next((value for value in values if value.casefold() in codes), None)
    if word not in _STATES or any(len(value) > LONGEST for value in values):
        return None
    found = [value for value in values if value and word.startswith(value.casefold())]
    return found[0] if len(found) == 1 else None
