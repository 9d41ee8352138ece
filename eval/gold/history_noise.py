"""Seeded edits of an earlier turn's SQL, made on its plan: what a history looks like after a plausible mistake."""

from __future__ import annotations

import random
from collections.abc import Callable

from nodes.plan import Aggregate, AggregateFunction, LiteralTerm, Operator, Plan, PlanModel, Predicate
from nodes.plan.traversal import (
    conjunction,
    conjuncts,
    parts,
    rewrite,
)
from nodes.sql.errors import SQLError
from nodes.sql.from_plan import from_plan
from value_index.schema import Schema

Edit = Callable[[Plan, random.Random], Plan]

_FLIPPED: dict[Operator, Operator] = {
    "=": "!=", "!=": "=", "<": ">", ">": "<", "<=": ">=", ">=": "<=", "in": "not in", "not in": "in",
    "like": "not like", "not like": "like",
}  # fmt: skip
_OTHER: dict[AggregateFunction, AggregateFunction] = {"min": "max", "max": "min", "sum": "avg", "avg": "sum"}


def noised(sql: str, plan: Plan | None, schema: Schema, *, seed: str, rate: float) -> str:
    """Return the SQL with one seeded edit, at the given rate; unchanged where no edit applies.

    Args:
        plan: of the SQL; None if it does not parse.
        seed: the same seed, plan and rate give the same text.
        rate: how many of the turns are edited, 0..1.
    """
    draw = random.Random(seed)
    if plan is None or draw.random() >= rate:
        return sql
    for edit in draw.sample(EDITS, len(EDITS)):
        edited = edit(plan, draw)
        if edited != plan:
            try:
                return from_plan(edited, schema)
            except SQLError:
                continue
    return sql


def drop_filter(plan: Plan, draw: random.Random) -> Plan:
    """Forget one condition of WHERE."""
    kept = list(conjuncts(plan.where))
    if not kept:
        return plan
    kept.pop(draw.randrange(len(kept)))
    return plan.model_copy(update={"where": conjunction(tuple(kept))})


def flip_operator(plan: Plan, draw: random.Random) -> Plan:
    """Turn one comparison into its contrary."""
    found = [part for part in parts(plan, Predicate) if part.operator in _FLIPPED]
    if not found:
        return plan
    chosen = draw.choice(found)
    return _replaced(plan, chosen, chosen.model_copy(update={"operator": _FLIPPED[chosen.operator]}))


def shift_literal(plan: Plan, draw: random.Random) -> Plan:
    """Change one number by one."""
    numbers = [part for part in parts(plan, LiteralTerm) if type(part.value) is int]
    if not numbers:
        return plan
    chosen = draw.choice(numbers)
    assert isinstance(chosen.value, int)
    return _replaced(plan, chosen, LiteralTerm(value=chosen.value + 1))


def drop_projection(plan: Plan, draw: random.Random) -> Plan:
    """Forget one of several columns shown."""
    if len(plan.select) < 2 or plan.set_operations:
        return plan
    kept = list(plan.select)
    kept.pop(draw.randrange(len(kept)))
    return plan.model_copy(update={"select": tuple(kept)})


def drop_ordering(plan: Plan, draw: random.Random) -> Plan:
    """Forget order and limit."""
    return plan.model_copy(update={"order_by": (), "limit": None, "offset": None})


def toggle_distinct(plan: Plan, draw: random.Random) -> Plan:
    """Change the duplicate policy."""
    return plan.model_copy(update={"distinct": not plan.distinct})


def swap_aggregate(plan: Plan, draw: random.Random) -> Plan:
    """Exchange min with max, or sum with avg."""
    found = [part for part in parts(plan, Aggregate) if part.function in _OTHER]
    if not found:
        return plan
    chosen = draw.choice(found)
    return _replaced(plan, chosen, chosen.model_copy(update={"function": _OTHER[chosen.function]}))


EDITS: tuple[Edit, ...] = (
    drop_filter,
    flip_operator,
    shift_literal,
    drop_projection,
    drop_ordering,
    toggle_distinct,
    swap_aggregate,
)


def _replaced(plan: Plan, old: PlanModel, new: PlanModel) -> Plan:
    """Return the plan with every part equal to `old` replaced."""
    return rewrite(plan, lambda part: new if part == old else part)
