"""asked_units: the unit of which a grouping is asked ("per town", "by club title")."""

from __future__ import annotations

import re

from nodes.coverage.asked.roles import role_place
from nodes.coverage.inquiry import NAMED, Inquiry
from nodes.coverage.requirements.coded import codes_apart
from nodes.lexical.evidence import display_columns
from nodes.lexical.utterance import name_words, stem
from value_index.schema import ColumnRef

PART = 0.15
"""Score of a column of which a word is a part of the name: the country of home_country."""
OWNED = 0.6
"""What a column gains whose table is named right before it: the country of the client in "per client country"."""
_BY = re.compile(
    r"\b(?:per|by(?! how\b)(?: each| every)?|for (?:each|every)|(?:of|in|at|on|from|to) (?:each|every)|(?:each|every)|grouped by|across) (?:the |different |single )?",
    re.IGNORECASE,
)
_SORTED = re.compile(
    r"\b(?:order\w*|sort\w*|rank\w*|arrang\w*|written|made|directed|followed|owned|produced|played|taught|sold|\w+ed)\s*$",
    re.IGNORECASE,
)
_ORDERED = re.compile(r"\b(?:order|sort|rank|arrang)\w*\s*$", re.IGNORECASE)
_DONE_BY_EACH = re.compile(r"\b(?:has|have|had|did|does|do)\s*$", re.IGNORECASE)
_DID = frozenset(("did", "does", "do"))
_GROUPED = re.compile(r"\b(?:group\w*|split\w*|broken|divided|separated)(?: \w+)?\s*$", re.IGNORECASE)


_IDLE = frozenset(
    map(stem, ("code", "name", "calendar", "type", "label", "title", "fiscal", "no", "nr", "number", "via", "through"))
)
"""Words of a column's name that its unit is called without."""
TABLE_NAMED = 0.8
"""Score of a mention from which the words name a table."""


def asked_units(inquiry: Inquiry) -> tuple[tuple[ColumnRef, bool], ...]:
    """Return the columns that may be the unit, best first, each with whether it stands for the rows of a table.

    "Total fee per town": club.town. "Break that down by airline": airline.name, for the rows of airline.
    """
    text = inquiry.utterance.text
    if inquiry.evidence.count_in_name and not inquiry.evidence.aggregates:
        return ()
    found: dict[tuple[ColumnRef, bool], float] = {}
    for match in _BY.finditer(text):
        before = text[: match.start()]
        at, _ = inquiry.utterance.span(match.end(), match.end() + 1)
        ordered = match.group().lower().startswith("by") and _SORTED.search(before) and not _GROUPED.search(before)
        if ordered and not _is_summed_by_one(inquiry, before, at) and not _are_rows(inquiry, before):
            continue
        if _DONE_BY_EACH.search(before) and _is_deed(inquiry, at):
            continue  # "how many has each closed?": each of those before
        if match.group().lower().split() == ["by"] and _is_value(inquiry, at):
            continue
        for unit, score in _units_at(inquiry, at).items():
            found[unit] = max(score, found.get(unit, 0.0))
    if not found and (apart := codes_apart(inquiry)) is not None:
        found[apart, False] = 1.0
    return tuple(sorted(found, key=lambda unit: -found[unit]))


def is_whole(inquiry: Inquiry, ref: ColumnRef, start: int, end: int) -> bool:
    """Tell whether words say all of a column's name that says something: "country" of a country code, "class" of a ticket's ticket_class."""
    stems = {stem(word) for word in name_words(inquiry.schema.describe(ref).natural_name)} - _IDLE
    own, said = stems - inquiry.table_stems(ref.table), set(inquiry.stems[start:end])
    return bool(stems) and (stems <= said or (bool(own) and own <= said and inquiry.is_named(ref.table)))


def _is_summed_by_one(inquiry: Inquiry, before: str, at: int) -> bool:
    """Tell whether a figure is told by what somebody does, and of whom in the singular: "total weight shipped by customer"."""
    done = re.search(r"\w+ed\s*$", before) and not _ORDERED.search(before)
    word = inquiry.utterance.words[at].text if at < len(inquiry.utterance.words) else "s"
    rows = any(m.start <= at < m.end and m.score >= NAMED for m in inquiry.evidence.mentions.tables)
    return bool(done and rows and inquiry.evidence.aggregates and not word.endswith("s"))


def _are_rows(inquiry: Inquiry, before: str) -> bool:
    """Tell whether all that stands before "by" are many rows, which is no order: "orders by channel"."""
    last = len(re.findall(r"[\w'-]+", before)) - 1
    return before.rstrip().lower().endswith("s") and any(
        m.start == 0 and m.end == last + 1 for m in inquiry.named_tables
    )


def _is_value(inquiry: Inquiry, at: int) -> bool:
    """Tell whether a word is a stored value: in "books by French authors" authors are no unit."""
    found = (m for m in inquiry.matches if isinstance(m.value, str) and m.kind in ("exact", "folded"))
    return any(start <= at < end for start, end in (inquiry.span(m.mention) for m in found)) and not any(
        m.start <= at < m.end for m in inquiry.evidence.mentions.tables
    )


def _is_deed(inquiry: Inquiry, at: int) -> bool:
    """Tell whether a word says what was done, and names no table."""
    named = any(m.start == at and m.score >= TABLE_NAMED for m in inquiry.evidence.mentions.tables)
    words = inquiry.utterance.words
    ends = at == len(words) - 1 and at > 1 and words[at - 2].text in _DID  # "how many did each send?"
    return at < len(words) and not named and (ends or words[at].text.endswith("ed"))


def _units_at(inquiry: Inquiry, at: int) -> dict[tuple[ColumnRef, bool], float]:
    found: dict[tuple[ColumnRef, bool], float] = {}
    owners = {m.table for m in inquiry.named_tables if m.start == at}
    for mention in inquiry.evidence.mentions.columns:
        if mention.start in (at, at + 1) or at in mention.positions:
            for ref, score in mention.candidates[:6]:
                owned = ref.table in owners and mention.start > at
                whole = is_whole(inquiry, ref, mention.start, mention.end) or (owned and score >= PART)
                led_to = _rows_led_to(inquiry, ref) if score >= 0.6 else None
                if led_to is not None:
                    found[led_to, True] = score + 0.1
                elif (score >= 0.6 or whole) and ref not in inquiry.keys:
                    found[ref, False] = (
                        max(score, 0.8 * whole)
                        + 0.2 * inquiry.table_score(ref.table)
                        + 0.1 * (mention.end - mention.start)
                        + OWNED * owned
                    )
    for mention in inquiry.evidence.mentions.tables:
        if mention.start in (at, at + 1) and mention.score >= 0.8:
            table = inquiry.schema.table(mention.table)
            assert table is not None
            found[display_columns(table)[0], True] = mention.score + 0.1
    return found or _of_role(inquiry, at) or _called_so(inquiry, at)


def _of_role(inquiry: Inquiry, at: int) -> dict[tuple[ColumnRef, bool], float]:
    """Return the rows that a key leads to whose role a word says: the people of "articles per editor", by `edited_by`."""
    keys = [key for key in inquiry.schema.foreign_keys if role_place(key, inquiry) == at]
    tables = [inquiry.schema.table(key.target.table) for key in keys]
    return {(display_columns(table)[0], True): TABLE_NAMED for table in tables if table is not None}


def _called_so(inquiry: Inquiry, at: int) -> dict[tuple[ColumnRef, bool], float]:
    """Return the columns whose whole name a word is that mostly says nothing by itself: "jobs per make"."""
    said = inquiry.stems[at] if at < len(inquiry.stems) else ""
    named = (ref for ref in inquiry.schema.columns if tuple(map(stem, name_words(ref.column))) == (said,))
    return {(ref, False): 0.8 + 0.2 * inquiry.table_score(ref.table) for ref in named if ref not in inquiry.keys}


def _rows_led_to(inquiry: Inquiry, ref: ColumnRef) -> ColumnRef | None:
    """Return what the rows are called by that a key of numbers leads to: "each sales rep" for sales_rep_id."""
    if inquiry.schema.describe(ref).kind != "number":
        return None
    targets = (key.target.table for key in inquiry.schema.foreign_keys if key.source == ref)
    table = next((inquiry.schema.table(name) for name in targets if name != ref.table), None)
    return display_columns(table)[0] if table is not None else None
