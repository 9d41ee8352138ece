"""asked_shares: the share of the rows that meet what is asked ("what percentage of the films are rated R?")."""

from __future__ import annotations

from collections.abc import Iterator

from nodes.coverage.demand import Demand
from nodes.plan import Aggregate, Arithmetic, Branch, Case, LiteralTerm, Plan, Star, TableSource
from nodes.plan.traversal import conjunction, conjuncts, walk

WHOLE = 100.0


def asked_shares(plan: Plan, demand: Demand) -> Iterator[Plan]:
    """Yield the percentage of rows that meet the conditions of this turn among those that meet the earlier ones.

    `SELECT title FROM film WHERE rating = 'R'` becomes
    `SELECT 100.0 * sum(CASE WHEN rating = 'R' THEN 1 ELSE 0 END) / count(*) FROM film`.
    """
    plain = not plan.set_operations and not plan.group_by and plan.having is None
    if not demand.asks_share or not plain or not all(isinstance(each, TableSource) for each in plan.tables):
        return
    before = conjuncts(demand.previous.where) if demand.previous else ()
    now = tuple(each for each in conjuncts(plan.where) if each not in before)
    condition = conjunction(now)
    if condition is None or any(isinstance(part, Arithmetic) for part in walk(plan)):
        return
    met = Case(branches=(Branch(condition=condition, value=LiteralTerm(value=1)),), otherwise=LiteralTerm(value=0))
    counted = Arithmetic(operator="*", left=LiteralTerm(value=WHOLE), right=Aggregate(function="sum", argument=met))
    share = Arithmetic(operator="/", left=counted, right=Aggregate(function="count", argument=Star()))
    kept = tuple(each for each in conjuncts(plan.where) if each in before)
    update = {"select": (share,), "where": conjunction(kept), "order_by": (), "limit": None, "distinct": False}
    yield plan.model_copy(update=update)


def tells_share(plan: Plan) -> bool:
    """Tell whether a plan shows a quotient."""
    return any(isinstance(part, Arithmetic) and part.operator == "/" for term in plan.select for part in walk(term))
