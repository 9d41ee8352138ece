"""What a turn asks that no column stores: a share, a difference, a total, an average of counts."""

from __future__ import annotations

import re

from nodes.coverage.inquiry import NAMED, Inquiry
from nodes.coverage.requirements.coded import coded_values
from nodes.lexical.utterance import stem
from value_index.schema import ColumnRef, Schema

_SHARE = re.compile(
    r"\b(?:what|which|the|as a|in) (?:share|percentage|percent|proportion|fraction) of (?!the total\b)|^(?:percentage|percent|share) of ",
    re.IGNORECASE,
)
_OF_ALL = re.compile(
    r"\b(?:share|percentage|percent|proportion|fraction) of (?:all|the total|the whole)?\b.*\b(?:is|are|was|were|do|does) (?:that|this|those|these|they|it)\b",
    re.IGNORECASE,
)
_OF_THAT = re.compile(
    r"^(?:and |so )?(?:what|which) (?:share|percentage|percent|proportion|fraction) (?:is|are|was|were|does|do) (?:that|this|those|these|they|it)(?: make| represent)?\W*$",
    re.IGNORECASE,
)
_RATE = re.compile(r"\b(?P<what>[\w-]+) rates?\b", re.IGNORECASE)
_DIFFERENCE = re.compile(r"\b(?:difference|gap|spread) between\b", re.IGNORECASE)
_AVERAGE_COUNT = re.compile(
    r"\b(?:average|mean|avg) (?:number|count|amount) of (?P<what>[\w ]+?) (?:per|for each|in each|of each|on each|by each|each) "
    r"|\bhow many (?P<many>[\w ]+?) (?:per|(?:do|does|did) (?:each|an?|the|our)|for each|in each) (?=.*\b(?:on|in) average\b)",
    re.IGNORECASE,
)
WHOLE = 100.0
"""Percent of a whole."""
_AMOUNTS = frozenset(map(stem, ("amount", "amt", "total", "sum", "revenue", "paid")))


def asks_share(inquiry: Inquiry) -> bool:
    """Tell whether the words ask for a share that no column of that name stores: "what share of", "the return rate of each"."""
    if is_part_of_those_before(inquiry):
        return True
    found = _SHARE.search(inquiry.utterance.text)
    if found is None:
        rate = _RATE.search(inquiry.utterance.text)
        return rate is not None and (_is_yes_or_no(inquiry, rate["what"]) or _is_state(inquiry, rate["what"]))
    start, end = inquiry.utterance.span(*found.span())
    named = (m for m in inquiry.evidence.mentions.columns if start <= m.start < end)
    return all(mention.candidates[0][1] < NAMED for mention in named)


def _is_yes_or_no(inquiry: Inquiry, word: str) -> bool:
    """Tell whether a word names what a yes/no column stores of each row, and no rate: the return rate, of `returned`."""
    named = [ref for ref in inquiry.schema.columns if stem(word) in inquiry.column_stems(ref)]
    stored = any(stem("rate") in inquiry.column_stems(ref) for ref in named)
    return not stored and any(inquiry.profiles.of(ref).flag is not None for ref in named)


def _is_state(inquiry: Inquiry, word: str) -> bool:
    """Tell whether a word speaks of a stored state: the cancellation rate, where some are cancelled."""
    return any(inquiry.utterance.words[each.start].text == word.lower() for each in coded_values(inquiry))


def is_part_of_all(inquiry: Inquiry) -> bool:
    """Tell whether a share of all rows is asked for, of those that the turn before chose: "what percentage of all orders is that?"."""
    return bool(_OF_ALL.search(inquiry.utterance.text))


def is_part_of_those_before(inquiry: Inquiry) -> bool:
    """Tell whether the share is asked that the rows of the turn before have of those it chose from: "what percentage is that?"."""
    return bool(_OF_THAT.search(inquiry.utterance.text))


def asks_difference(inquiry: Inquiry) -> bool:
    """Tell whether the words ask how far two figures lie apart."""
    return bool(_DIFFERENCE.search(inquiry.utterance.text))


def tables_averaged(inquiry: Inquiry) -> tuple[str, str] | None:
    """Return the table whose rows are counted and that for whose rows; None if no such average is asked.

    "Average number of tracks per album": track, album.
    """
    match = _AVERAGE_COUNT.search(inquiry.utterance.text)
    if match is None:
        return None
    at, end = inquiry.utterance.span(*match.span("what" if match["what"] else "many"))
    _, unit = inquiry.utterance.span(match.start(), match.end())
    named = inquiry.named_tables
    counted = next((m.table for m in named if at <= m.start < end), None)
    each = next((m.table for m in named if m.start in (unit, unit + 1)), None)
    return (counted, each) if counted and each and counted != each else None


def total_asked(inquiry: Inquiry) -> ColumnRef | None:
    """Return the amount of the things whose total is asked; None where a number of things, or no such thing, is meant.

    "Total payments per month": payment.amount.
    """
    places = {at + 1 for at, word in enumerate(inquiry.utterance.words) if word.text == "total"}
    for mention in inquiry.named_tables:
        if mention.start in places:
            figures = [ref for ref in figures_of(mention.table, inquiry.schema) if ref not in inquiry.keys]
            amounts = [ref for ref in figures if inquiry.column_stems(ref) & _AMOUNTS]
            if len(amounts) == 1:
                return amounts[0]
    return None


def figures_of(table: str, schema: Schema) -> list[ColumnRef]:
    """Return the columns of numbers of a table."""
    found = schema.table(table)
    columns = found.columns if found else ()
    return [ColumnRef(table=table, column=column.name) for column in columns if column.kind == "number"]
