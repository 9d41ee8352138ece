"""numeric_texts: numbers kept as texts, compared and ordered as numbers."""

from __future__ import annotations

from collections.abc import Iterator

from nodes.coverage.demand import Demand
from nodes.plan import (
    RANGE_OPERATORS,
    Aggregate,
    Cast,
    ColumnTerm,
    LiteralTerm,
    Ordering,
    Plan,
    PlanModel,
    Predicate,
    Term,
)
from nodes.plan.traversal import rewrite, walk

_EXTREMES = frozenset(("max", "min"))


def numeric_texts(plan: Plan, demand: Demand) -> Iterator[Plan]:
    """Yield a plan that reads numbers out of texts before it compares or orders them.

    "List products that cost more than 20": `price > 20` becomes `CAST(price AS REAL) > 20`.
    """
    changed = rewrite(plan, lambda part: _cast(part, demand))
    if changed != plan:
        yield changed


def compares_texts(plan: Plan, demand: Demand) -> bool:
    """Tell whether a plan compares numbers kept as texts with a number: any text is greater."""
    return any(isinstance(part, Predicate) and _cast(part, demand) is not part for part in walk(plan))


def orders_texts(plan: Plan, demand: Demand) -> bool:
    """Tell whether a plan orders numbers by their spelling: '9.50' comes after '100.00'."""
    return any(not isinstance(part, Predicate) and _cast(part, demand) is not part for part in walk(plan))


def _cast(part: PlanModel, demand: Demand) -> PlanModel:
    if isinstance(part, Ordering) and _is_text(part.term, demand):
        return part.model_copy(update={"term": Cast(argument=part.term, type="real")})
    if isinstance(part, Aggregate) and part.function in _EXTREMES and _is_text(part.argument, demand):
        return part.model_copy(update={"argument": Cast(argument=part.argument, type="real")})
    if isinstance(part, Predicate) and part.operator in RANGE_OPERATORS and part.left and _is_text(part.left, demand):
        right = tuple(_number(term) for term in part.right)
        return part.model_copy(update={"left": Cast(argument=part.left, type="real"), "right": right})
    return part


def _is_text(term: Term, demand: Demand) -> bool:
    if not isinstance(term, ColumnTerm):
        return False
    ref = demand.schema.column(term.table, term.column)
    return ref is not None and demand.inquiry.profiles.of(ref).is_numeric_text


def _number(term: Term) -> Term:
    if isinstance(term, LiteralTerm) and isinstance(term.value, str):
        try:
            return LiteralTerm(value=float(term.value))
        except ValueError:
            return term
    return term
