"""another_figure: the figure that was shown of each unit, exchanged for the one that is asked for now."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nodes.coverage.demand import Demand
from nodes.coverage.edits.joining import with_table
from nodes.plan import Aggregate, AggregateFunction, ColumnTerm, Plan

_AND = re.compile(r"^\W*(?:and|now|ok|okay|what about|how about|rather|make it)\b|\binstead\b", re.IGNORECASE)
_THEIR = re.compile(r"\b(?:their|its|his|her)\b", re.IGNORECASE)
_ABOUT = re.compile(r"\b(?:what|how) about\b", re.IGNORECASE)
MOST_WORDS = 9
"""Words of a turn that only names another figure: "And the average fee?"."""


def another_figure(plan: Plan, demand: Demand) -> Iterator[Plan]:
    """Yield the plan before with its figure exchanged for the one that is named, its groups as they were.

    "And the average?" after `SELECT town, sum(fee) ... GROUP BY town`: `SELECT town, avg(fee) ... GROUP BY town`.
    """
    if plan != demand.previous or not asks_another_figure(demand):
        return
    (old,) = (term for term in plan.select if isinstance(term, Aggregate))
    function = _function(demand, old)
    if function is None:
        return
    named = [ref for m in demand.evidence.named for ref, score in m.candidates[:2] if score >= 0.8]
    ordered = [ColumnTerm.of(ref) for ref in named if demand.evidence.is_ordered(ref)]
    known = [old.argument] if isinstance(old.argument, ColumnTerm) else []
    for argument in (ordered or known)[:1]:
        joined = with_table(plan, argument.table, demand.schema)
        if joined is not None:
            new = Aggregate(function=function, argument=argument)
            select = tuple(new if term == old else term for term in plan.select)
            cut = plan.order_by and plan.limit is not None  # "their average" is of the rows that were left
            yield joined.model_copy(
                update={"select": select} if cut else {"select": select, "order_by": (), "limit": None}
            )


def asks_another_figure(demand: Demand) -> bool:
    """Tell whether a short turn after one figure of each unit names only another: "And the total amount?"."""
    before, words = demand.previous, demand.inquiry.utterance.words
    if (
        before is None
        or not before.group_by
        or len(words) > MOST_WORDS
        or not (_AND.search(demand.inquiry.utterance.text) or _THEIR.search(demand.inquiry.utterance.text))
    ):
        return False
    figures = [term for term in before.select if isinstance(term, Aggregate)]
    alone = not demand.units and not demand.requirements and demand.order is None
    named = len(demand.evidence.aggregates) == 1 or _names_column(demand)
    return alone and len(figures) == 1 < len(before.select) and named


def _names_column(demand: Demand) -> bool:
    """Tell whether a turn names nothing but one column of numbers: "What about the number of pages?"."""
    evidence = demand.evidence
    ordered = [m for m in evidence.named if m.candidates[0][1] >= 0.8 and evidence.is_ordered(m.candidates[0][0])]
    about = bool(_ABOUT.search(demand.inquiry.utterance.text)) and not evidence.aggregates
    return about and len(ordered) == len(evidence.named) == 1


def _function(demand: Demand, old: Aggregate) -> AggregateFunction | None:
    """Return the function that is asked for: the one named, else that of the figure before, of another column."""
    if demand.evidence.aggregates:
        return demand.evidence.aggregates[0][1]
    return old.function if old.function != "count" else None
