"""late_requirements: what was done after it was due, or in time, where a table stores both times."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from nodes.coverage.calculations.durations import BEGUN, DUE, ENDED, is_said, times_of_table
from nodes.coverage.inquiry import Inquiry
from nodes.coverage.requirement import Option, Requirement
from nodes.lexical.utterance import stem
from nodes.plan import ColumnTerm, Condition, LiteralTerm, Operator, Predicate
from value_index.schema import ColumnRef

_DUE_NAME = r"(?:due|promised|scheduled|planned|expected|agreed|required|target)(?: (?:date|day|time))?"
_LATE = re.compile(
    rf"\b(?:(?P<overdue>overdue|past due|past (?:the|their|its) due date)|(?P<late>too late|late|delayed|behind schedule"
    rf"|(?:miss|breach)(?:ed|es|ing)? (?:the |their |its |our )?(?:{_DUE_NAME}|deadlines?|targets?|slas?)"
    rf"|(?:after|later than) (?:the |their |its )?(?:{_DUE_NAME}|deadline|promised)\b)"
    rf"|(?P<timely>on time|in time|on schedule|by (?:the|their|its) (?:{_DUE_NAME}|deadline))|(?P<early>early|ahead of schedule|ahead of time))\b",
    re.IGNORECASE,
)
_STARTING = frozenset(map(stem, ("start", "started", "begin", "began", "begun", "open", "opened")))
_NAMED, _ALONE = 0.95, 0.75
"""Strength where the table belongs to the turn, and where it is only the one that stores both times."""


def late_requirements(inquiry: Inquiry) -> Iterator[Requirement]:
    """Yield a comparison of the time at which something was done with the one at which it was due.

    "How many invoices were paid late?": `paid_on > due_on`; "the overdue invoices": `paid_on IS NULL AND due_on < today`.
    """
    match = _LATE.search(inquiry.utterance.text)
    if match is None:
        return
    start, end = inquiry.utterance.span(*match.span())
    pairs = _pairs(inquiry)
    if not pairs or _is_named(inquiry, start):
        return
    best = max(score for score, *_ in pairs)
    options = tuple(
        Option(done, conditions, weight * score / best)
        for score, due, done in sorted(pairs, key=lambda each: -each[0])
        for conditions, weight in _written(inquiry, match, due, done, start)
    )
    yield Requirement("columns", match.group(), start, end, _NAMED if best > 1.0 else _ALONE, options)


def _is_named(inquiry: Inquiry, start: int) -> bool:
    """Tell whether the word is part of a column's name: "late fee"."""
    stems = inquiry.stems
    return any(
        start in m.positions and stems[start] in inquiry.column_stems(m.candidates[0][0]) - DUE
        for m in inquiry.evidence.mentions.columns
    )


def _pairs(inquiry: Inquiry) -> list[tuple[float, ColumnRef, ColumnRef]]:
    """Return the times due with the times done of the same table, each with how well the table fits the turn."""
    found: list[tuple[float, ColumnRef, ColumnRef]] = []
    for table in inquiry.schema.tables:
        times = times_of_table(table.name, inquiry)
        due = [ref for ref in times if inquiry.column_stems(ref) & DUE]
        done = _done([ref for ref in times if ref not in due], inquiry)
        if due and done:
            score = 1.0 + inquiry.table_score(table.name) + 0.5 * is_said(inquiry, done)
            found.append((score, due[0], done))
    return found


def _done(times: list[ColumnRef], inquiry: Inquiry) -> ColumnRef | None:
    """Return the time at which the thing was done that the words speak of: the first that starts it, else what ends it."""
    said = [ref for ref in times if is_said(inquiry, ref)]
    later = said or [ref for ref in times if not inquiry.column_stems(ref) & BEGUN]
    if not said and _STARTING & frozenset(inquiry.stems):
        return later[0] if later else None
    ended = [ref for ref in later if inquiry.column_stems(ref) & ENDED]
    return (ended or later or [None])[-1]


def _written(
    inquiry: Inquiry, match: re.Match[str], due: ColumnRef, done: ColumnRef, start: int
) -> Iterator[tuple[tuple[Condition, ...], float]]:
    """Yield the ways to write what the words say, each with its weight."""
    if match["overdue"] and not is_said(inquiry, done):
        today = LiteralTerm(value=date.today().isoformat())
        missing = Predicate(left=ColumnTerm.of(done), operator="is null")
        yield (missing, Predicate(left=ColumnTerm.of(due), operator="<", right=(today,))), 1.0
    late = bool(match["late"] or match["overdue"]) != inquiry.is_denied(start)
    operator: Operator = ">" if late else "<" if match["early"] else "<="
    weight = 0.6 if match["overdue"] else 1.0
    yield (Predicate(left=ColumnTerm.of(done), operator=operator, right=(ColumnTerm.of(due),)),), weight
