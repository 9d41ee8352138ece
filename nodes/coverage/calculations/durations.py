"""asked_duration: two times of a row between which it is asked how long it took, and in which unit."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from nodes.coverage.inquiry import Inquiry
from nodes.coverage.requirements.measured import SECONDS
from nodes.lexical.utterance import Utterance, name_words, stem
from nodes.plan import Arithmetic, Call, ColumnTerm, LiteralTerm, Term
from value_index.schema import ColumnRef

_DAYS = re.compile(
    r"\b(?:days|how long|time|delay)(?: on average| is there| does it take)* (?:pass(?:ed)? |are there |lie )?(?:between|from) (?P<first>[\w' -]+?) (?:and|to|until) (?P<last>[\w' -]+?)"
    r"(?= (?:by|per|for|in)\b|[?.,!]|$)",
    re.IGNORECASE,
)
_UNIT = "weeks|days|hours|minutes|seconds"
_LASTING = re.compile(
    rf"\bhow (?:long|much time|many (?P<unit>{_UNIT}))(?: on average)? (?:did|does|do|was|were|is|are|it|has|had|until|before|passed)\b"
    rf"|\b(?:average|mean|median|longest|shortest|total) (?:time|duration|(?P<mean>{_UNIT})) (?:it (?:takes|took) )?(?:to|until|before)\b"
    r"|\b(?:slowest|fastest|quickest)\b|\btakes? (?:the )?longest\b",
    re.IGNORECASE,
)
_DELAY = re.compile(
    r"\b(?:average|mean|longest|biggest|total) (?:delay|lateness)\b(?! (?:between|from))", re.IGNORECASE
)
_IN = re.compile(rf"\b(?:in|of) (?:whole )?(?P<unit>{_UNIT})\b", re.IGNORECASE)
_A_DAY: Mapping[str, int] = {"days": 1, "hours": 24, "minutes": 1440, "seconds": 86400}
_WEEK = 7
_IDLE = frozenset(map(stem, ("date", "day", "time", "the", "its", "at", "on")))
SHORTEST_PREFIX = 4
"""Letters that two words of one root share: shipment, shipped."""
DUE = frozenset(map(stem, ("due", "deadline", "promised", "expected", "scheduled", "planned", "required", "target")))
"""Words of columns that say when something was to happen."""
BEGUN = frozenset(map(stem, ("created", "issued", "ordered", "order", "opened", "placed", "requested", "updated", "registered", "signup", "booked", "joined", "invoice", "birth")))  # fmt: skip
"""Words of columns that say when the matter began, or of no part of it."""
ENDED = frozenset(map(stem, ("solved", "resolved", "completed", "finished", "closed", "delivered", "paid", "returned", "ended", "done", "received", "actual", "arrived", "shipped")))  # fmt: skip
"""Words of columns that say when something was done."""
_LENGTHS = frozenset(map(stem, ("duration", "length", "runtime", "speed", "lap"))) | SECONDS.keys()
NAMED = 0.5
"""Score of a table that belongs to the turn."""


@dataclass(frozen=True)
class Duration:
    """The time from one column of a row to another."""

    first: ColumnRef
    last: ColumnRef
    unit: str = "days"

    @property
    def term(self) -> Term:
        """The duration in its unit: `(julianday(last) - julianday(first)) * 24`."""
        left, right = (Call(function="julianday", arguments=(ColumnTerm.of(ref),)) for ref in (self.last, self.first))
        days: Term = Arithmetic(operator="-", left=left, right=right)
        if self.unit == "days":
            return days
        if self.unit == "weeks":
            return Arithmetic(operator="/", left=days, right=LiteralTerm(value=_WEEK))
        return Arithmetic(operator="*", left=days, right=LiteralTerm(value=_A_DAY[self.unit]))


def asked_duration(inquiry: Inquiry) -> Duration | None:
    """Return the duration that is asked for; None if no two times of a table are meant, or a column stores it.

    "Days between order and delivery", "How long did it take to solve a ticket, in hours?".
    """
    match = _DAYS.search(inquiry.utterance.text)
    if match is not None:
        firsts, lasts = (_times_of(match[name], inquiry) for name in ("first", "last"))
        pairs = ((one, other) for one in firsts for other in lasts if one != other and one.table == other.table)
        return next((Duration(one, other) for one, other in pairs), None)
    if _DELAY.search(inquiry.utterance.text) and (late := _delay(inquiry)) is not None:
        return late
    lasting = _LASTING.search(inquiry.utterance.text)
    ends = _ends(inquiry) if lasting else None
    if lasting is None or ends is None:
        return None
    inside = _IN.search(inquiry.utterance.text)
    said = lasting["unit"] or lasting["mean"] or (inside["unit"] if inside else "")
    return Duration(*ends, said.lower() or ("days" if _is_dated(inquiry, *ends) else "hours"))


def _delay(inquiry: Inquiry) -> Duration | None:
    """Return the time from when something was due to when it was done: "the average delay per carrier"; None if neither is stored."""
    found: list[tuple[float, Duration]] = []
    for table in inquiry.schema.tables:
        times = times_of_table(table.name, inquiry)
        due = [ref for ref in times if inquiry.column_stems(ref) & DUE]
        done = [ref for ref in times if ref not in due and inquiry.column_stems(ref) & ENDED]
        if due and done:
            found.append((inquiry.table_score(table.name), Duration(due[0], done[-1])))
    return max(found, key=lambda pair: pair[0])[1] if found else None


def times_of_table(table: str, inquiry: Inquiry) -> list[ColumnRef]:
    """Return the columns of times of a table."""
    return [ref for ref in inquiry.schema.columns if ref.table == table and inquiry.profiles.of(ref).date_form == "iso"]


def is_said(inquiry: Inquiry, ref: ColumnRef) -> bool:
    """Tell whether a word shares its root with a column's name: "solve", `solved_at`."""
    own = [word for word in map(stem, name_words(ref.column)) if len(word) > 2 and word not in _IDLE]
    return any(akin(one, other) for one in inquiry.stems for other in own)


def akin(one: str, other: str) -> bool:
    """Tell whether two stems begin alike: shipment, ship."""
    shared = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return one == other or shared >= SHORTEST_PREFIX


def _ends(inquiry: Inquiry) -> tuple[ColumnRef, ColumnRef] | None:
    """Return the first and the last time of the row that is spoken of, where its table stores no length."""
    found: list[tuple[float, ColumnRef, ColumnRef]] = []
    for table in inquiry.schema.tables:
        times = [ref for ref in times_of_table(table.name, inquiry) if not inquiry.column_stems(ref) & DUE]
        columns = [ref for ref in inquiry.schema.columns if ref.table == table.name]
        said = [ref for ref in times if is_said(inquiry, ref) and not inquiry.column_stems(ref) & BEGUN]
        ended = said or [ref for ref in times if inquiry.column_stems(ref) & ENDED] or times
        named = any(inquiry.evidence.mentions.column_score(ref) >= NAMED for ref in columns)
        score = max(inquiry.table_score(table.name), NAMED * named) + 0.5 * bool(said)
        if any(
            inquiry.column_stems(ref) & _LENGTHS for ref in columns if inquiry.schema.describe(ref).kind == "number"
        ):
            continue
        before = times[: times.index(ended[-1])] if ended else []
        begun = [ref for ref in before if inquiry.column_stems(ref) & BEGUN] or before
        if begun and score >= NAMED:
            found.append((score, begun[0], ended[-1]))
    best = max(found, key=lambda each: each[0], default=None)
    return best[1:] if best else None


def _is_dated(inquiry: Inquiry, *refs: ColumnRef) -> bool:
    """Tell whether columns store days without a time of day."""
    return all(len(str(value)) <= 10 for ref in refs for value in inquiry.profiles.of(ref).values)


def _times_of(words: str, inquiry: Inquiry) -> list[ColumnRef]:
    """Return the columns of times whose name shares the root of a word, those of named tables first."""
    roots = [word.stem for word in Utterance.of(words).words if word.stem not in _IDLE]
    found = [
        ref
        for ref in inquiry.schema.columns
        if any(akin(root, stem(word)) for root in roots for word in name_words(ref.column))
        and inquiry.profiles.of(ref).date_form == "iso"
    ]
    return sorted(found, key=lambda ref: -inquiry.table_score(ref.table))
