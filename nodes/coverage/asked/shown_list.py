"""columns_listed: the columns that the words list to be shown ("with their category", "names and emails of")."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nodes.coverage.inquiry import Inquiry
from nodes.coverage.rows import row_names
from nodes.lexical.evidence import display_columns
from nodes.lexical.lexicon import DISPLAY_WORDS
from nodes.lexical.utterance import name_words, stem
from nodes.plan import Aggregate, ColumnTerm
from value_index.schema import ColumnRef, Table

_WITH = re.compile(
    r"\b(?:with|including|along with|together with|alongside|and) (?P<whose>its|their|his|her)\b|\b(?:with|including|along with|together with|alongside) (?:the )?",
    re.IGNORECASE,
)
_OPENING = re.compile(
    r"^\W*(?:(?:please|just|show|list|give|tell|find|get|return|display|me|us|i need|i want|what are|what is|the|all)\b ?)*",
    re.IGNORECASE,
)
_JOINING = frozenset(("and", "the", "their", "its", "his", "her", "also", "as", "well", "plus"))
_ENDING = frozenset((",", ".", "?", ";", "!"))
_OF = frozenset(("of", "for"))
_ARTICLES = frozenset(("the", "a", "an", "each", "its", "their"))
_THEM = frozenset(("them", "those", "these", "they"))
_NAME = frozenset(map(stem, ("name", "names")))
OWNED, NAMED = 0.5, 0.75
"""Score of a mention from which the words name a table or a column: after "their", and elsewhere."""


def columns_listed(inquiry: Inquiry) -> tuple[ColumnRef, ...]:
    """Return the columns of a list that ends where the sentence, or what it speaks of, ends; none if there is no list.

    "Toys with their brand": brand.brand_name. "Names and emails of the staff": staff.name, staff.email.
    """
    for match in _WITH.finditer(inquiry.utterance.text):
        at, _ = inquiry.utterance.span(match.end(), len(inquiry.utterance.text))
        found, end = _items(inquiry, at, least=OWNED if match["whose"] else NAMED)
        if found and _ends(inquiry, end):
            return tuple(dict.fromkeys((*_things(inquiry, at), *(ref for item in found for ref in item))))
    opening = _OPENING.match(inquiry.utterance.text)
    at, _ = inquiry.utterance.span(opening.end() if opening else 0, len(inquiry.utterance.text))
    found, end = _items(inquiry, at)
    if len(found) > 1 and (
        _begins_owner(inquiry, end) or any(m.end == end and _owns(inquiry, m.start) for m in inquiry.named_tables)
    ):
        return tuple(dict.fromkeys(ref for item in found for ref in item))
    return ()


def told_of(table: Table, inquiry: Inquiry) -> tuple[ColumnTerm, ...]:
    """Return the columns of a table that the words list, else what its rows are called by: "name and town of the clubs"."""
    listed = columns_listed(inquiry)
    return tuple(map(ColumnTerm.of, listed)) if {ref.table for ref in listed} == {table.name} else row_names(table)


def _things(inquiry: Inquiry, at: int) -> tuple[ColumnRef, ...]:
    """Return what the things are called by that the words name first, before a list; none if they have no name."""
    named = [m.table for m in inquiry.named_tables if m.end < at]
    table = inquiry.schema.table(named[0]) if named else _spoken_of(inquiry, at)
    shown = display_columns(table) if table else ()
    return tuple(ref for ref in shown if set(name_words(ref.column)) & set(DISPLAY_WORDS))


def _spoken_of(inquiry: Inquiry, at: int) -> Table | None:
    """Return the table whose rows "them" stands for, where the turn before only counted these: "List them with their town"."""
    before = inquiry.evidence.previous
    said = {word.text for word in inquiry.utterance.words[:at]}
    counts = before is not None and all(isinstance(t, Aggregate) and t.function == "count" for t in before.select)
    tables = inquiry.evidence.previous_tables
    return inquiry.schema.table(tables[0]) if counts and said & _THEM and len(tables) == 1 else None


def _ends(inquiry: Inquiry, end: int) -> bool:
    """Tell whether nothing more is said of the last item of a list."""
    words, text = inquiry.utterance.words, inquiry.utterance.text
    return end >= len(words) or text[words[end - 1].end : words[end - 1].end + 1] in _ENDING


def _items(inquiry: Inquiry, at: int, least: float = NAMED) -> tuple[list[tuple[ColumnRef, ...]], int]:
    """Return what the items of a list from a word on may be shown by, and the word after them."""
    found: list[tuple[ColumnRef, ...]] = []
    words, end = inquiry.utterance.words, at
    while at < len(words):
        item, after = next(iter(_read(inquiry, at, least)), ((), at))
        if item:
            found.append(item)
            at = end = _past_owner(inquiry, after)
        elif words[at].text in _JOINING:
            at += 1
        else:
            break
    return found, end


def _begins_owner(inquiry: Inquiry, at: int) -> bool:
    words = inquiry.utterance.words
    return at < len(words) and words[at].text in _OF


def _owns(inquiry: Inquiry, at: int) -> bool:
    """Tell whether what begins at a word is that which a list belongs to: "names and emails *of the staff*"."""
    words, before = inquiry.utterance.words, at - 1
    while before >= 0 and words[before].text in _ARTICLES:
        before -= 1
    return before >= 0 and words[before].text in _OF


def _past_owner(inquiry: Inquiry, at: int) -> int:
    """Return the word after what an item belongs to, where that is said behind it: "the name of the publisher"."""
    words, start = inquiry.utterance.words, at + 1
    if at >= len(words) or words[at].text not in _OF:
        return at
    while start < len(words) and words[start].text in _ARTICLES:
        start += 1
    return next((m.end for m in inquiry.named_tables if m.start == start), at)


def _read(inquiry: Inquiry, at: int, least: float) -> Iterator[tuple[tuple[ColumnRef, ...], int]]:
    """Yield what the words from one on name, with the word after it, the best first."""
    of = [m.table for m in inquiry.named_tables if m.start > at]
    if inquiry.stems[at] in _NAME and of and (table := inquiry.schema.table(of[0])) is not None:
        yield display_columns(table), at + 1
    tables = {m.table for m in inquiry.named_tables}
    for mention in inquiry.evidence.mentions.columns:
        if mention.start == at and mention.candidates[0][1] >= least:
            best = max(mention.candidates, key=lambda pair: pair[1] + 0.3 * (pair[0].table in tables))[0]
            if best not in inquiry.keys:
                yield (best,), next(after for after in range(at + 1, mention.end + 1) if after not in mention.positions)
    for mention in inquiry.evidence.mentions.tables:
        table = inquiry.schema.table(mention.table)
        if mention.start == at and mention.score >= least and table is not None:
            yield display_columns(table), mention.end
