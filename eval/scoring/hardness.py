"""Spider's hardness of a query, and the SQL features that it uses, both read off its plan."""

from __future__ import annotations

from typing import Literal, get_args

from nodes.plan import Aggregate, Condition, Junction, Plan, PlanSource, Predicate, SubPlan
from nodes.plan.traversal import (
    aggregates,
    blocks,
    predicates,
    walk,
)

Hardness = Literal["easy", "medium", "hard", "extra"]
Feature = Literal[
    "join", "where", "group_by", "having", "order_by", "limit", "nested", "set_operation", "distinct", "aggregate"
]
HARDNESS: tuple[Hardness, ...] = get_args(Hardness)
FEATURES: tuple[Feature, ...] = get_args(Feature)


def hardness(plan: Plan) -> Hardness:
    """Return the class of the official evaluation (its `eval_hardness`), counted on the outermost SELECT."""
    first, second, others = _components(plan), _nestings(plan), _others(plan)
    if first <= 1 and others == 0 and second == 0:
        return "easy"
    if second == 0 and ((others <= 2 and first <= 1) or (first <= 2 and others < 2)):
        return "medium"
    if second == 0 and ((others > 2 and first <= 2) or (2 < first <= 3 and others <= 2)):
        return "hard"
    if second <= 1 and first <= 1 and others == 0:
        return "hard"
    return "extra"


def features(plan: Plan) -> tuple[Feature, ...]:
    """Return the features that a query uses in any of its SELECTs."""
    found = list(blocks(plan))
    used: dict[Feature, bool] = {
        "join": any(len(block.tables) > 1 for block in found),
        "where": any(block.where is not None for block in found),
        "group_by": any(block.group_by for block in found),
        "having": any(block.having is not None for block in found),
        "order_by": any(block.order_by for block in found),
        "limit": any(block.limit is not None for block in found),
        "nested": any(isinstance(part, SubPlan | PlanSource) for part in walk(plan)),
        "set_operation": any(block.set_operations for block in found),
        "distinct": any(block.distinct for block in found),
        "aggregate": any(isinstance(part, Aggregate) for part in walk(plan)),
    }
    return tuple(name for name, is_used in used.items() if is_used)


def _components(plan: Plan) -> int:
    """WHERE, GROUP BY, ORDER BY and LIMIT; one a join, one an OR, one a LIKE."""
    conditions = (plan.where, plan.having)
    clauses = (plan.where is not None, plan.group_by, plan.order_by, plan.limit is not None)
    likes = sum(leaf.operator in ("like", "not like") for each in conditions for leaf in predicates(each))
    return sum(map(bool, clauses)) + max(0, len(plan.tables) - 1) + sum(map(_ors, conditions)) + likes


def _ors(condition: Condition | None) -> int:
    if not isinstance(condition, Junction):
        return 0
    own = len(condition.conditions) - 1 if condition.kind == "or" else 0
    return own + sum(map(_ors, condition.conditions))


def _nestings(plan: Plan) -> int:
    """Sub-queries that conditions compare with, and a set operation (of a chain the official code sees one)."""
    compared = [term for each in (plan.where, plan.having) for leaf in predicates(each) for term in leaf.right]
    return sum(isinstance(term, SubPlan) for term in compared) + bool(plan.set_operations)


def _others(plan: Plan) -> int:
    """More than one aggregate, projection, WHERE condition, grouping term: one each."""
    where = list(predicates(plan.where))
    return (_counted(plan, where) > 1) + (len(plan.select) > 1) + (len(where) > 1) + (len(plan.group_by) > 1)


def _counted(plan: Plan, where: list[Predicate]) -> int:
    """Aggregates as the official code counts them: it takes a NOT, and an AND within HAVING, for one more."""
    having = list(predicates(plan.having))
    shown = sum(isinstance(term, Aggregate) for term in plan.select)
    ordering = sum(1 for item in plan.order_by for _ in aggregates(item))
    negated = sum(leaf.operator.startswith("not ") for leaf in (*where, *having))
    return shown + ordering + negated + max(0, len(having) - 1)
