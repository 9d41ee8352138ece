"""row_by_place: the row of the list before that an ordinal points at."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nodes.coverage.demand import Demand
from nodes.coverage.edits.following.listed_again import named_beside
from nodes.coverage.edits.joining import with_table
from nodes.plan import Aggregate, ColumnTerm, Plan

_PLACES = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_ORDINAL = re.compile(
    rf"\bthe (?:(?P<place>{'|'.join(_PLACES)})|(?P<last>last)) (?:one|of (?:them|those|these)|(?:on|in) (?:the|that|this) list)\b"
    r"(?! (?:to|who|that|which|with|from|in)\b)",
    re.IGNORECASE,
)


def row_by_place(plan: Plan, demand: Demand) -> Iterator[Plan]:
    """Yield the row of the list before at the place that the words name, with what they ask of it.

    "Where is the second one?" after `SELECT name ... ORDER BY price`: `SELECT city ... ORDER BY price LIMIT 1 OFFSET 1`.
    """
    place = place_asked(demand)
    if plan != demand.previous or place is None or plan.set_operations or plan.offset is not None:
        return
    if any(isinstance(term, Aggregate) for term in plan.select) and not plan.group_by:
        return
    named = named_beside(demand)
    joined: Plan | None = plan
    for term in named:
        joined = with_table(joined, term.table, demand.schema) if joined and isinstance(term, ColumnTerm) else joined
    if joined is None or (place < 0 and not plan.order_by):
        return
    order = plan.order_by
    if place < 0:
        order = tuple(each.model_copy(update={"descending": not each.descending}) for each in order)
    row = {"limit": 1, "offset": place if place > 0 else None}
    yield joined.model_copy(update={"select": named or plan.select, "order_by": order, "distinct": False, **row})


def place_asked(demand: Demand) -> int | None:
    """Return the place of the row that an ordinal points at, from 0, or -1 for the last; None if none does."""
    found = _ORDINAL.search(demand.inquiry.utterance.text) if demand.previous is not None else None
    if found is None:
        return None
    return -1 if found["last"] else _PLACES.index(found["place"].lower())
