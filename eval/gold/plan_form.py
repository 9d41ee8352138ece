"""canonical: one spelling for plans that say the same, so that comparing them is comparing values.

Names are folded, aliases are gone already (a plan has none), AND and OR are sets, conditions of inner joins stand with
those of WHERE, and a comparison is written with its column on the left.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable

from nodes.plan import (
    Aggregate,
    Arithmetic,
    Call,
    Case,
    Cast,
    ColumnTerm,
    Condition,
    DerivedTerm,
    Join,
    Junction,
    LiteralTerm,
    LiteralValue,
    Negation,
    Operator,
    Ordering,
    Plan,
    PlanSource,
    Predicate,
    Source,
    Star,
    SubPlan,
    TableSource,
    Term,
    Truth,
)
from nodes.plan.traversal import Stack, conjuncts

_MIRRORED: dict[Operator, Operator] = {"=": "=", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_SYMMETRIC = frozenset({"=", "!=", "is", "is not"})


def canonical(plan: Plan, outer: Stack = ()) -> Hashable:
    """Return a plan's form: equal for two plans whose parts agree as the whole-plan match asks.

    Args:
        outer: the blocks around the plan, the nearest first.
    """
    stack = (plan, *outer)
    return (
        tuple(canonical_term(term, stack) for term in plan.select),
        plan.distinct,
        frozenset(Counter(_source(source, stack) for source in plan.tables).items()),
        _filters(plan, stack),
        frozenset(canonical_term(term, stack) for term in plan.group_by),
        _conjunction(conjuncts(plan.having), stack),
        tuple(canonical_ordering(item, stack) for item in plan.order_by),
        (plan.limit, plan.offset or 0),
        tuple((operation.operator, canonical(operation.plan, outer)) for operation in plan.set_operations),
    )


def canonical_term(term: Term, stack: Stack) -> Hashable:
    """Return a term's form; `stack` holds the blocks that its columns refer to, the own one first."""
    match term:
        case ColumnTerm():
            return "column", term.table.lower(), term.column.lower(), term.occurrence, term.outer
        case DerivedTerm():
            return (
                "derived",
                _source_at(stack[term.outer :], term.source),
                term.position,
                term.outer,
            )
        case Star():
            return "star", None if term.source is None else _source_at(stack, term.source)
        case LiteralTerm():
            return "literal", _literal(term.value)
        case Aggregate():
            return "aggregate", term.function, term.distinct, canonical_term(term.argument, stack)
        case Arithmetic():
            return "arithmetic", term.operator, canonical_term(term.left, stack), canonical_term(term.right, stack)
        case Call():
            return "call", term.function, *(canonical_term(argument, stack) for argument in term.arguments)
        case Cast():
            return "cast", term.type, canonical_term(term.argument, stack)
        case SubPlan():
            return "plan", canonical(term.plan, stack)
        case Truth():
            return "truth", _condition(term.condition, stack)
        case Case():
            branches = tuple((_condition(b.condition, stack), canonical_term(b.value, stack)) for b in term.branches)
            return "case", branches, None if term.otherwise is None else canonical_term(term.otherwise, stack)


def canonical_ordering(item: Ordering, stack: Stack) -> Hashable:
    """Return the form of one ORDER BY term."""
    return canonical_term(item.term, stack), item.descending, item.nulls


def folded_literal(value: LiteralValue) -> LiteralValue:
    """Return a literal as it compares: a whole number in quotes is that number (column affinity makes them equal).

    >>> folded_literal("1970"), folded_literal("007")
    (1970, '007')
    """
    if isinstance(value, str) and value.removeprefix("-").isdecimal() and str(int(value)) == value:
        return int(value)
    return value


def _literal(value: LiteralValue) -> Hashable:
    folded = folded_literal(value)
    return "text" if isinstance(folded, str) else "null" if folded is None else "number", folded


def _source_at(stack: Stack, index: int) -> Hashable:
    """Return the form of a source of the nearest block; a model's plan may name one that is not there."""
    tables = stack[0].tables if stack else ()
    return _source(tables[index], stack) if index < len(tables) else ("missing", index)


def _source(source: Source, stack: Stack) -> Hashable:
    match source:
        case TableSource():
            return "table", source.table.lower()
        case PlanSource():
            return "plan", canonical(source.plan, stack)


def _filters(plan: Plan, stack: Stack) -> Hashable:
    """Return what rows must satisfy: WHERE with the conditions of inner joins, and each outer join by itself."""
    conditions = list(conjuncts(plan.where))
    outer_joins: list[Hashable] = []
    for source, join in zip(plan.tables[1:], plan.joins or (), strict=False):
        if join.kind in ("inner", "cross"):
            conditions += conjuncts(join.on)
        else:
            outer_joins.append(_outer_join(source, join, stack))
    return _conjunction(tuple(conditions), stack), frozenset(outer_joins)


def _outer_join(source: Source, join: Join, stack: Stack) -> Hashable:
    return join.kind, _source(source, stack), _conjunction(conjuncts(join.on), stack)


def _conjunction(conditions: tuple[Condition, ...], stack: Stack) -> Hashable:
    return frozenset(_condition(condition, stack) for condition in conditions)


def _condition(condition: Condition, stack: Stack) -> Hashable:
    match condition:
        case Predicate():
            return _predicate(condition, stack)
        case Negation():
            return "not", _condition(condition.condition, stack)
        case Junction(kind="and"):
            return "and", _conjunction(conjuncts(condition), stack)
        case Junction():
            return "or", frozenset(_condition(inner, stack) for inner in _disjuncts(condition))


def _disjuncts(condition: Condition) -> tuple[Condition, ...]:
    if isinstance(condition, Junction) and condition.kind == "or":
        return tuple(inner for part in condition.conditions for inner in _disjuncts(part))
    return (condition,)


def _predicate(predicate: Predicate, stack: Stack) -> Hashable:
    left = None if predicate.left is None else canonical_term(predicate.left, stack)
    right = [canonical_term(term, stack) for term in predicate.right]
    operator = predicate.operator
    if operator in _SYMMETRIC and len(right) == 1:
        return operator, frozenset(Counter([left, right[0]]).items())
    if operator in ("in", "not in"):
        return operator, left, frozenset(right)
    if operator in _MIRRORED and isinstance(predicate.left, LiteralTerm) and len(right) == 1:
        return _MIRRORED[operator], right[0], (left,)
    return operator, left, tuple(right)
