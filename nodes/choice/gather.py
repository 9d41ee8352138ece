"""Candidates for the SQL of a turn: the planner's plans and a model's answer, those that return equal rows as one.

"Which airlines fly to Boston?": plan 1 joins by country and returns 4 airlines, plan 2 and the model join by route and
return 9. Two groups: {plan 1} and {plan 2, model}.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import exp

from nodes.choice.features import GroupFacts
from nodes.sql.violations import violations
from nodes.state import CandidateGroup
from value_index.database import Database, Result

MODEL = "model"
MOST_ROWS = 5_000
"""Rows of a candidate that are compared; a longer result is a group of its own."""


@dataclass(frozen=True)
class Offer:
    """One SQL text, and who offers it."""

    sql: str
    source: str
    """`plan 1`, `plan 2`, ... or `model`."""
    share: float = 0.0
    """The plan's share of the probability of all plans that were offered."""


def offers_of(plans: Sequence[tuple[str, float]], model: str) -> list[Offer]:
    """Return the offers of a turn.

    Args:
        plans: SQL and score of each plan, the best first; "" if a plan cannot be written.
        model: the model's SQL; "" if there is none.
    """
    best = max((score for _, score in plans), default=0.0)
    weights = [exp(score - best) for _, score in plans]
    offers = [
        Offer(sql, f"plan {place}", weight / sum(weights))
        for place, ((sql, _), weight) in enumerate(zip(plans, weights, strict=True), 1)
        if sql
    ]
    return [*offers, *([Offer(model, MODEL)] if model else [])]


def gather(
    offers: Iterable[Offer], database: Database, *, confidence: float | None, deadline: float
) -> list[tuple[CandidateGroup, GroupFacts]]:
    """Run the offers and group those that return equal rows, in the order in which the groups are met.

    Args:
        confidence: how sure the planner is of its first plan.
        deadline: seconds that one offer may take.
    """
    groups: dict[object, list[tuple[Offer, Result]]] = {}
    for offer in offers:
        result = database.execute(offer.sql, deadline=deadline, max_rows=MOST_ROWS)
        groups.setdefault(_rows_key(result, offer), []).append((offer, result))
    return [_grouped(members, database, confidence or 0.0) for members in groups.values()]


def _rows_key(result: Result, offer: Offer) -> object:
    """Return what equal results share: the rows, in any order and with their columns in order; alone if it does not run."""
    if not result.ok:
        return offer.sql
    rows = sorted(repr([_plain(cell) for cell in row]) for row in result.rows)
    return (len(result.columns), tuple(rows))


def _plain(cell: object) -> object:
    return round(float(cell), 6) if isinstance(cell, int | float) and not isinstance(cell, bool) else cell


def _grouped(
    members: Sequence[tuple[Offer, Result]], database: Database, confidence: float
) -> tuple[CandidateGroup, GroupFacts]:
    best, result = max(members, key=lambda member: member[0].share)
    sources = tuple(offer.source for offer, _ in members)
    found = violations(best.sql, database.schema) if result.ok else ()
    facts = GroupFacts(
        share=sum(offer.share for offer, _ in members),
        plans=sum(source != MODEL for source in sources),
        first="plan 1" in sources,
        model=MODEL in sources,
        confidence=confidence,
        empty=result.ok and all(cell is None for row in result.rows for cell in row),
        fails=not result.ok,
        warnings=len(found),
    )
    return CandidateGroup(sql=best.sql, sources=sources, rows=len(result.rows) if result.ok else None), facts
