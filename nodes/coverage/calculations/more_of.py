"""counts_compared: which things have more rows of another table ("Which store has more customers?", "the most lent books")."""

from __future__ import annotations

import re
from dataclasses import dataclass

from nodes.coverage.asked.things import tables_done
from nodes.coverage.calculations.ranked_thing import RankedThing, ranked_thing
from nodes.coverage.inquiry import Inquiry

_MORE = re.compile(
    r"\b(?P<ask>which|what|who|does|do|did|has|have)\b.* (?P<more>more|fewer|less) (?P<what>\w+)(?P<than> than\b| ?[,:?]|$)",
    re.IGNORECASE,
)
_ASKING = frozenset(("which", "what", "who"))


@dataclass(frozen=True)
class CountsCompared:
    """Things that are ranked by how many rows of another table they have."""

    thing: RankedThing
    counted: str
    """The table whose rows are counted."""
    descending: bool
    limit: int | None
    """How many of the things are asked for; None for all, each with its count."""


def counts_compared(inquiry: Inquiry) -> CountsCompared | None:
    """Return the counts that the words compare; None if they compare with a number, or name no rows that are counted."""
    match = _MORE.search(inquiry.utterance.text)
    if match is not None and not inquiry.evidence.cues.comparisons:
        at, _ = inquiry.utterance.span(match.start("what"), match.end("what"))
        tables = [m.table for m in inquiry.named_tables if m.start <= at < m.end]
        which = match["ask"].lower() in _ASKING
        return _of(inquiry, tables, descending=match["more"].lower() == "more", limit=1 if which else None)
    for first in inquiry.evidence.superlatives[:1]:
        return _of(inquiry, tables_done(inquiry), descending=first.descending, limit=first.limit)
    return None


def _of(
    inquiry: Inquiry, counted: tuple[str, ...] | list[str], *, descending: bool, limit: int | None
) -> CountsCompared | None:
    for table in counted:
        thing = ranked_thing(inquiry, (table,))
        if thing is not None and thing.column.table != table:
            return CountsCompared(thing, table, descending, limit)
    return None
