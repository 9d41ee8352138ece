"""asked_of_own_key: a row's key to another row of its own table, with what the words say of that other row."""

from __future__ import annotations

from dataclasses import dataclass

from nodes.coverage.inquiry import Inquiry
from nodes.coverage.requirement import Requirement
from nodes.lexical.lexicon import SUPERIORS
from nodes.lexical.utterance import name_words, stem
from nodes.plan import Condition, TableSource
from nodes.plan.traversal import conjuncts
from value_index.schema import ColumnRef, ForeignKey

REACH = 4
"""Words from the name of the key to what is said of the other row: "reports to Ada Lund"."""
_THEIR = frozenset(("their", "his", "her", "its"))
_THEY = frozenset(("they", "he", "she", "those", "these", "each"))
_IDLE = frozenset(map(stem, ("id", "code", "key", "no", "number", "to", "of", "by", "is", "name")))


@dataclass(frozen=True)
class OwnKeyAsked:
    """Rows of which another row of the same table is spoken of, by a key: "who reports to Ada Lund"."""

    key: ColumnRef
    """The key: manager_id."""
    target: ColumnRef
    """What it refers to: employee_id."""
    conditions: tuple[Condition, ...]
    """What holds of the other row: first_name = 'Ada', last_name = 'Lund'."""
    upward: bool = False
    """True if the row that the key leads to is asked for: "Ada Lund's manager"."""


def asked_of_own_key(inquiry: Inquiry, requirements: tuple[Requirement, ...]) -> OwnKeyAsked | None:
    """Return the key to the same table that the words name beside values of that table; None if there is none.

    "Who reports to Ada Lund?": reports_to, where first_name is Ada and last_name is Lund.
    """
    for key in inquiry.schema.foreign_keys:
        if key.source.table != key.target.table or key.source == key.target:
            continue
        own = inquiry.column_stems(key.source) - _IDLE
        places = [at for at, word in enumerate(inquiry.stems) if word in own]
        ends_by = name_words(key.source.column)[-1:] == ("by",)
        for at in dict.fromkeys((*places, *(at for at, word in enumerate(inquiry.stems) if word in SUPERIORS))):
            upward = _owned(inquiry, at, requirements, own, ends_by=ends_by)
            if at in places or upward:
                said = upward or [each for each in requirements if 0 < each.start - at <= REACH]
                said = said or _doers(inquiry, at, requirements)
                found = tuple(condition for each in said for condition in _of_table(each, key.source.table))
                if found:
                    return OwnKeyAsked(key.source, key.target, found, upward=bool(upward))
        if (those := _those_before(inquiry, key, places)) is not None:
            return OwnKeyAsked(key.source, key.target, those, upward=True)
    return None


def _those_before(inquiry: Inquiry, key: ForeignKey, places: list[int]) -> tuple[Condition, ...] | None:
    """Return what the turn before asked of rows whose superiors are asked for now ("Who is their manager?"); None if it is not so."""
    before, words = inquiry.evidence.previous, [word.text for word in inquiry.utterance.words]
    owned = any(w in SUPERIORS and words[at - 1] in _THEIR for at, w in enumerate(inquiry.stems) if at)
    upward = owned or any(words[at + 1 : at + 2] == ["to"] and words[at - 1] in _THEY for at in places if at)
    if before is None or not upward or before.tables != (TableSource(table=key.source.table),):
        return None
    plain = before.set_operations or before.group_by or before.limit is not None
    return None if plain else tuple(conjuncts(before.where))


def _doers(inquiry: Inquiry, at: int, requirements: tuple[Requirement, ...]) -> list[Requirement]:
    """Return what is said of the row that does what a key is named for: "how many people does Ada mentor"."""
    found = [each for each in requirements if at - REACH <= each.start < at]
    before = inquiry.utterance.words[found[0].start - 1].text if found and found[0].start else ""
    return found if before in ("does", "did", "do", "has") else []


def _owned(
    inquiry: Inquiry, at: int, requirements: tuple[Requirement, ...], own: frozenset[str], *, ends_by: bool
) -> list[Requirement]:
    """Return what is said of the row whose superior is asked for: "Ada Lund's manager", "the manager of Ada Lund"."""
    if at == 1 and inquiry.utterance.words[0].text == "who" and inquiry.stems[at] in own and ends_by:
        return [each for each in requirements if each.start == at + 1]  # "who invited Ada", by invited_by
    if inquiry.stems[at] not in SUPERIORS and not (inquiry.stems[at] in own and _is_noun(inquiry, at)):
        return []
    text, words = inquiry.utterance.text, inquiry.utterance.words
    before = text[: words[at].start].rstrip().casefold()
    owned = [each for each in requirements if each.end == at or each.end == at - 1]
    if owned and before.endswith(("'s", "’s", "s'", "s’")):
        return [each for each in requirements if at - REACH <= each.start < at]
    if at + 1 < len(words) and words[at + 1].text == "of":
        return [each for each in requirements if at + 1 < each.start <= at + 1 + REACH]
    return []


def _is_noun(inquiry: Inquiry, at: int) -> bool:
    """Tell whether a key's own name is said of the other row: "the mentor of", "Ada's mentor", and not "mentored by"."""
    words, text = inquiry.utterance.words, inquiry.utterance.text
    before = text[: words[at].start].rstrip().casefold()
    of = at + 1 < len(words) and words[at + 1].text == "of"
    return (of and at > 0 and words[at - 1].text == "the") or before.endswith(("'s", "’s", "s'", "s’"))


def _of_table(requirement: Requirement, table: str) -> tuple[Condition, ...]:
    """Return the likeliest conditions of a named value on a column of a table; none if another table is likelier."""
    best = requirement.options[0]
    is_value = requirement.kind == "value" and not requirement.excludes
    return best.conditions if is_value and best.column.table == table else ()
