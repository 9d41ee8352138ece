"""asked_shares: the share of the rows that meet what is asked ("what percentage of the films are rated R?")."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from nodes.coverage.calculations.asked import WHOLE, is_part_of_all, is_part_of_those_before
from nodes.coverage.demand import Demand
from nodes.plan import ROW_COUNT, Aggregate, Arithmetic, Branch, Case, LiteralTerm, Plan, PlanModel, Predicate
from nodes.plan.sources import reads_tables_only
from nodes.plan.traversal import conjunction, conjuncts, is_figure, rewrite, walk


def asked_shares(plan: Plan, demand: Demand) -> Iterator[Plan]:
    """Yield the percentage of rows that meet the conditions of this turn among those that meet the earlier ones.

    `SELECT title FROM film WHERE rating = 'R'` becomes
    `SELECT 100.0 * sum(CASE WHEN rating = 'R' THEN 1 ELSE 0 END) / count(*) FROM film`.
    """
    if demand.previous is not None and plan == demand.previous and tells_share(plan):
        yield from _of_others(plan, demand)
    plain = not plan.set_operations and plan.having is None and (not plan.group_by or bool(demand.units))
    if not demand.asks_share or not plain or not reads_tables_only(plan):
        return
    before = conjuncts(demand.previous.where) if demand.previous else ()
    if before and is_part_of_all(demand.inquiry):
        before = ()  # "what percentage of all orders is that?": what was told of them before is the part
    if before and is_part_of_those_before(demand.inquiry):
        earlier = demand.evidence.turn.earlier_plans[:-1]
        whole = conjuncts(earlier[-1].where) if earlier and earlier[-1] is not None else ()
        before = whole if set(whole) < set(before) else ()
    now = tuple(each for each in conjuncts(plan.where) if each not in before)
    condition = conjunction(now)
    if condition is None or any(isinstance(part, Arithmetic) for part in walk(plan)):
        return
    met = Case(branches=(Branch(condition=condition, value=LiteralTerm(value=1)),), otherwise=LiteralTerm(value=0))
    counted = Arithmetic(operator="*", left=LiteralTerm(value=WHOLE), right=Aggregate(function="sum", argument=met))
    share = Arithmetic(operator="/", left=counted, right=ROW_COUNT)
    kept = tuple(each for each in conjuncts(plan.where) if each in before)
    units = tuple(term for term in plan.select if plan.group_by and not is_figure(term))
    update = {"select": (*units, share), "where": conjunction(kept), "order_by": (), "limit": None, "distinct": False}
    yield plan.model_copy(update=update)


def _of_others(plan: Plan, demand: Demand) -> Iterator[Plan]:
    """Yield the share that was told, of other rows: "And in Canada?" after those in Brazil."""
    for requirement in demand.requirements:
        for option in requirement.options:
            (new,) = option.conditions if len(option.conditions) == 1 else (None,)
            if isinstance(new, Predicate):
                changed = rewrite(plan, partial(exchanged, new=new))
                if changed != plan:
                    yield changed


def exchanged(part: PlanModel, new: Predicate) -> PlanModel:
    """Return a comparison in the place of one of the same column; any other part as it is."""
    same = isinstance(part, Predicate) and part.left == new.left and part.operator == new.operator
    return new if same else part


def share_of_one_value(plan: Plan) -> bool:
    """Tell whether a share is told of rows that all have the same value where it asks for one, or that all meet what it asks: it is all or nothing."""
    met = {part for term in plan.select for part in walk(term) if isinstance(part, Predicate)}
    held = {each for each in conjuncts(plan.where) if isinstance(each, Predicate)}
    equal = {part.left for part in met} & {each.left for each in held if each.operator == "="}
    return bool(equal or met & held)


def tells_share(plan: Plan) -> bool:
    """Tell whether a plan shows a quotient."""
    return any(isinstance(part, Arithmetic) and part.operator == "/" for term in plan.select for part in walk(term))
