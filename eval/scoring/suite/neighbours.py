"""neighbours: queries one slip away from another, which a suite of copies should tell from it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from eval.scoring.suite.values import shifted
from nodes.plan import (
    ROW_COUNT,
    Aggregate,
    Join,
    Junction,
    LiteralTerm,
    Operator,
    Ordering,
    Plan,
    PlanModel,
    Predicate,
    SetOperation,
    SetOperator,
    Star,
)
from nodes.plan.traversal import conjunction, conjuncts
from nodes.sql.errors import SQLError
from nodes.sql.from_plan import from_plan
from value_index.schema import Schema

_SWAPPED: Mapping[Operator, tuple[Operator, ...]] = {
    "=": ("!=",), "!=": ("=",), "<": ("<=", ">"), "<=": ("<", ">="), ">": (">=", "<"), ">=": (">", "<="),
    "in": ("not in",), "not in": ("in",), "like": ("not like",), "not like": ("like",),
    "between": ("not between",), "not between": ("between",), "exists": ("not exists",), "not exists": ("exists",),
    "is null": ("is not null",), "is not null": ("is null",),
}  # fmt: skip
_OTHER_SETS: Mapping[SetOperator, tuple[SetOperator, ...]] = {
    "union": ("union all", "intersect"), "union all": ("union",), "intersect": ("union", "except"),
    "except": ("intersect",),
}  # fmt: skip


def neighbours(plan: Plan, schema: Schema) -> tuple[str, ...]:
    """Return the SQL of every plan that differs from a plan in one place, without repeats.

    A condition, an order, a limit, a grouping or a member of a set operation is dropped, an operator swapped, a literal
    moved by one, DISTINCT put or taken, a column counted as rows, a join loosened.
    """
    own = _written(plan, schema)
    texts = dict.fromkeys(_written(changed, schema) for changed in _variants(plan))
    return tuple(text for text in texts if text not in ("", own))


def _variants(part: PlanModel) -> Iterator[PlanModel]:
    """Yield copies of a part that have one change, at any depth."""
    for kind, changes in _CHANGES.items():
        if isinstance(part, kind):
            yield from changes(part)
    for name, value in vars(part).items():
        if isinstance(value, PlanModel):
            yield from (part.model_copy(update={name: changed}) for changed in _variants(value))
        elif isinstance(value, tuple):
            for index, item in enumerate(value):
                if isinstance(item, PlanModel):
                    for changed in _variants(item):
                        yield part.model_copy(update={name: (*value[:index], changed, *value[index + 1 :])})


def _plans(plan: Plan) -> Iterator[Plan]:
    yield plan.model_copy(update={"distinct": not plan.distinct})
    for clause in ("where", "having"):
        kept = conjuncts(getattr(plan, clause))
        for index in range(len(kept)):
            yield plan.model_copy(update={clause: conjunction(kept[:index] + kept[index + 1 :])})
        if len(kept) > 1:
            yield plan.model_copy(update={clause: None})
    if plan.order_by:
        yield plan.model_copy(update={"order_by": ()})
    if plan.limit is not None:
        yield from (plan.model_copy(update={"limit": limit}) for limit in (None, plan.limit + 1))
    for field in ("group_by", "set_operations"):
        items = getattr(plan, field)
        for index in range(len(items)):
            yield plan.model_copy(update={field: items[:index] + items[index + 1 :]})


def _joins(join: Join) -> Iterator[Join]:
    if join.on is not None:
        yield Join(kind="cross")
    if join.kind == "inner" and join.on is not None:
        yield join.model_copy(update={"kind": "left"})


def _junctions(junction: Junction) -> Iterator[PlanModel]:
    yield junction.model_copy(update={"kind": "or" if junction.kind == "and" else "and"})
    if len(junction.conditions) == 2:
        yield from junction.conditions
        return
    for index in range(len(junction.conditions)):
        kept = junction.conditions[:index] + junction.conditions[index + 1 :]
        yield junction.model_copy(update={"conditions": kept})


def _predicates(predicate: Predicate) -> Iterator[Predicate]:
    for operator in _SWAPPED.get(predicate.operator, ()):
        yield predicate.model_copy(update={"operator": operator})


def _literals(literal: LiteralTerm) -> Iterator[LiteralTerm]:
    value = literal.value
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return
    yield from (LiteralTerm(value=shifted(value, by)) for by in (1, -1))


def _aggregates(aggregate: Aggregate) -> Iterator[Aggregate]:
    if not isinstance(aggregate.argument, Star):
        yield aggregate.model_copy(update={"distinct": not aggregate.distinct})
        if aggregate.function == "count":
            yield ROW_COUNT


def _orderings(ordering: Ordering) -> Iterator[Ordering]:
    yield ordering.model_copy(update={"descending": not ordering.descending})


def _set_operations(operation: SetOperation) -> Iterator[SetOperation]:
    for operator in _OTHER_SETS[operation.operator]:
        yield operation.model_copy(update={"operator": operator})


_CHANGES: Mapping[type[PlanModel], Callable[..., Iterator[PlanModel]]] = {
    Plan: _plans,
    Join: _joins,
    Junction: _junctions,
    Predicate: _predicates,
    LiteralTerm: _literals,
    Aggregate: _aggregates,
    Ordering: _orderings,
    SetOperation: _set_operations,
}


def _written(plan: PlanModel, schema: Schema) -> str:
    """Write a plan; "" if that cannot be."""
    assert isinstance(plan, Plan)
    try:
        return from_plan(plan, schema)
    except SQLError:
        return ""
