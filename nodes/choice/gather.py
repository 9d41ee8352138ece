"""Candidates for the SQL of a turn: the planner's plans and a model's answer, those that return equal rows as one.

"Which airlines fly to Boston?": plan 1 joins by country and returns 4 airlines, plan 2 and the model join by route and
return 9. Two groups: {plan 1} and {plan 2, model}.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import exp

from nodes.choice.features import GroupFacts
from nodes.sql.violations import violations
from nodes.state import CandidateGroup
from value_index.database import Database, Result

Score = Callable[[str], float | None]
"""The planner's score of a SQL text; None if it is no plan."""
MODEL = "model"
FIRST = "plan 1"
MOST_ROWS = 5_000
"""Rows of a candidate that are compared; a longer result is a group of its own."""


@dataclass(frozen=True)
class Offer:
    """One SQL text, and who offers it."""

    sql: str
    source: str
    """`plan 1`, `plan 2`, ..., `model`, or `model 2`, `model 3`, ... for its sampled answers."""
    share: float = 0.0
    """The plan's share of the probability of all plans that were offered."""


def offers_of(plans: Sequence[tuple[str, float]], *models: str) -> list[Offer]:
    """Return the offers of a turn.

    Args:
        plans: SQL and score of each plan, the best first; "" if a plan cannot be written.
        models: the model's SQL, then its sampled answers; "" if there is none.
    """
    best = max((score for _, score in plans), default=0.0)
    weights = [exp(score - best) for _, score in plans]
    offers = [
        Offer(sql, f"plan {place}", weight / sum(weights))
        for place, ((sql, _), weight) in enumerate(zip(plans, weights, strict=True), 1)
        if sql
    ]
    named = ((MODEL if place == 1 else f"{MODEL} {place}", sql) for place, sql in enumerate(models, 1) if sql)
    return [*offers, *(Offer(sql, source) for source, sql in named)]


def gather(
    offers: Iterable[Offer],
    database: Database,
    *,
    confidence: float | None,
    deadline: float,
    score: Score | None = None,
) -> list[tuple[CandidateGroup, GroupFacts]]:
    """Run the offers and group those that return equal rows, in the order in which the groups are met.

    Args:
        confidence: how sure the planner is of its first plan.
        deadline: seconds that one offer may take.
        score: how well the planner thinks of an offer; all alike if None.
    """
    groups: dict[object, list[_Run]] = {}
    for offer in offers:
        result = database.execute(offer.sql, deadline=deadline, max_rows=MOST_ROWS)
        run = _Run(offer, result, score(offer.sql) if score else 0.0)
        groups.setdefault(rows_key(result, offer.sql), []).append(run)
    ran = [run for runs in groups.values() for run in runs]
    first = next((run for run in ran if run.offer.source == FIRST), ran[0] if ran else None)
    return [_grouped(runs, first, database, confidence or 0.0) for runs in groups.values()] if first else []


def agreement(plans: Sequence[tuple[str, float]], database: Database, *, deadline: float) -> float:
    """Return the share of the plans' probability that lies on the rows of the first one, 0..1; 0 if it returns nothing.

    Where plans that differ return the same rows, the first is seldom wrong: whom to ask a model for is told better by this
    than by the planner's confidence. A first plan without rows is seldom right, however many agree with it.
    """
    groups = gather(offers_of(plans, ""), database, confidence=None, deadline=deadline)
    found = (facts.share for _, facts in groups if facts.first and not facts.fails | facts.empty)
    return next(found, 0.0)


@dataclass(frozen=True)
class _Run:
    """An offer that was run."""

    offer: Offer
    result: Result
    score: float | None


def rows_key(result: Result, sql: str) -> object:
    """Return what equal results share: the rows, in any order and with their columns in order; the SQL if it did not run."""
    if not result.ok:
        return sql
    rows = sorted(repr([_plain(cell) for cell in row]) for row in result.rows)
    return (len(result.columns), tuple(rows))


def _plain(cell: object) -> object:
    return round(float(cell), 6) if isinstance(cell, int | float) and not isinstance(cell, bool) else cell


def _grouped(
    runs: Sequence[_Run], first: _Run, database: Database, confidence: float
) -> tuple[CandidateGroup, GroupFacts]:
    best = max(runs, key=lambda run: run.offer.share)
    result, sources = best.result, tuple(run.offer.source for run in runs)
    found = violations(best.offer.sql, database.schema) if result.ok else ()
    facts = GroupFacts(
        share=sum(run.offer.share for run in runs),
        plans=sum(not source.startswith(MODEL) for source in sources),
        first=FIRST in sources,
        model=any(source.startswith(MODEL) for source in sources),
        confidence=confidence,
        empty=result.ok and all(cell is None for row in result.rows for cell in row),
        fails=not result.ok,
        warnings=len(found),
        lead=_lead(runs, first),
        zero=result.ok and [tuple(row) for row in result.rows] == [(0,)],
        wider=len(result.columns) - len(first.result.columns) if first.result.ok and result.ok else 0,
    )
    rows = len(result.rows) if result.ok else None
    return CandidateGroup(sql=best.offer.sql, sources=sources, rows=rows), facts


def _lead(runs: Sequence[_Run], first: _Run) -> float | None:
    """Return the best of the planner's scores, less that of its first plan."""
    scores = [run.score for run in runs if run.score is not None]
    return max(scores) - (max(scores) if first.score is None else first.score) if scores else None
