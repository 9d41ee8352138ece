"""plan_scores: how much of the gold plan a plan has, by the definitions of the published figures.

The nine scores and their mean (`macro`) are those of the published per-node tables; the six beyond see what the nine do
not, filters above all. A plan that leaves its joins to the compiler should be completed before it is scored.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from collections.abc import Set as AbstractSet

from eval.canonical import canonical, canonical_ordering, canonical_term, folded_literal
from nodes.constraints import constraints
from nodes.plan import Aggregate, ColumnTerm, DerivedTerm, Plan, PlanModel, Predicate, Star, Term
from nodes.walk import Stack, blocks, columns, derived_from, rewrite, table_names, walk_scoped

NINE = (
    "table_f1", "column_f1", "skeleton_f1", "join_f1", "aggregation_f1", "group_by_f1", "selected_count",
    "selected_expressions", "duplicate_policy",
)  # fmt: skip
"""The scores whose mean is the macro."""
BEYOND = ("predicate_f1", "predicate_value_f1", "order_by", "limit", "set_operation", "whole_plan")
PLAN_SCORES = (*NINE, "macro", *BEYOND)
"""Every plan score, in the order of tables."""


def plan_scores(gold: Plan | None, predicted: Plan | None) -> dict[str, float | None]:
    """Score a plan against the gold plan.

    Args:
        gold: None where the gold SQL is no plan: every score is then None.
        predicted: None counts as the empty plan (one unknown projection and nothing else).

    Returns:
        A score in 0..1 for each of PLAN_SCORES.
    """
    if gold is None:
        return dict.fromkeys(PLAN_SCORES)
    given = predicted or Plan()
    nine: dict[str, float] = {
        "table_f1": f1(_tables(gold), _tables(given)),
        "column_f1": f1(_columns(gold), _columns(given)),
        "skeleton_f1": f1(_skeleton(gold), _skeleton(given)),
        "join_f1": f1(join_pairs(gold), join_pairs(given)),
        "aggregation_f1": f1(_aggregations(gold), _aggregations(given)),
        "group_by_f1": f1(grouping(gold), grouping(given)),
        "selected_count": float(_selected_count(gold) == _selected_count(given)),
        "selected_expressions": float(_selected(gold) == _selected(given)),
        "duplicate_policy": float(gold.distinct == given.distinct),
    }
    return {**nine, "macro": sum(nine.values()) / len(nine), **_beyond(gold, given)}


def f1(gold: AbstractSet[Hashable], given: AbstractSet[Hashable]) -> float:
    """Return the F1 of two sets: 1 for two empty ones, 0 where one is empty.

    >>> f1({1, 2}, {2, 3}), f1(set(), set()), f1({1}, set())
    (0.5, 1.0, 0.0)
    """
    if not gold and not given:
        return 1.0
    return 2 * len(gold & given) / (len(gold) + len(given))


def join_pairs(plan: Plan) -> frozenset[Hashable]:
    """Return the unordered pairs of columns that some condition equates across sources."""
    return frozenset(
        frozenset(side[1] for side in sides)
        for part, stack in walk_scoped(plan)
        if isinstance(part, Predicate) and part.operator == "=" and len(part.right) == 1
        for sides in [[_joined(part.left, stack), _joined(part.right[0], stack)]]
        if all(side[1] for side in sides) and sides[0][0] != sides[1][0]
    )


def grouping(plan: Plan) -> frozenset[Hashable]:
    """Return the grouping terms of every block."""
    return frozenset(
        canonical_term(term, stack)
        for part, stack in walk_scoped(plan)
        if isinstance(part, Plan)
        for term in part.group_by
    )


def _beyond(gold: Plan, given: Plan) -> dict[str, float]:
    return {
        "predicate_f1": f1(_filters(gold, values=False), _filters(given, values=False)),
        "predicate_value_f1": f1(_filters(gold, values=True), _filters(given, values=True)),
        "order_by": float(_ordering(gold) == _ordering(given)),
        "limit": float((gold.limit, gold.offset or 0) == (given.limit, given.offset or 0)),
        "set_operation": float(_set_operators(gold) == _set_operators(given)),
        "whole_plan": float(canonical(gold) == canonical(given)),
    }


def _tables(plan: Plan) -> frozenset[str]:
    return frozenset(name.lower() for name in table_names(plan))


def _columns(plan: Plan) -> frozenset[Hashable]:
    return frozenset((term.table.lower(), term.column.lower()) for term in columns(plan))


def _skeleton(plan: Plan) -> frozenset[str]:
    found = list(blocks(plan))
    flags = {
        "select": True,
        "join": any(len(block.tables) > 1 for block in found),
        "where": any(block.where is not None for block in found),
        "group_by": any(block.group_by for block in found),
        "having": any(block.having is not None for block in found),
        "order_by": any(block.order_by for block in found),
        "limit": any(block.limit is not None for block in found),
        "nested": len(found) > 1,
        "distinct": any(block.distinct for block in found) or any(part.distinct for part in _aggregates(plan)),
    }
    return frozenset(flag for flag, is_true in flags.items() if is_true)


def _aggregates(plan: Plan) -> Iterator[Aggregate]:
    return (part for part, _ in walk_scoped(plan) if isinstance(part, Aggregate))


def _aggregations(plan: Plan) -> frozenset[Hashable]:
    return frozenset(canonical_term(part, stack) for part, stack in walk_scoped(plan) if isinstance(part, Aggregate))


def _selected_count(plan: Plan) -> int:
    return len(plan.select) or 1


def _selected(plan: Plan) -> tuple[Hashable, ...]:
    """Return the projections in order, columns by their bare names: the published scores leave qualifiers out."""
    return tuple(canonical_term(rewrite(term, _unqualified), (plan,)) for term in plan.select)


def _unqualified(part: PlanModel) -> PlanModel:
    if isinstance(part, ColumnTerm):
        return ColumnTerm(table="", column=part.column)
    return Star() if isinstance(part, Star) else part


def _joined(term: Term | None, stack: Stack) -> tuple[Hashable, Hashable]:
    """Return which source a column comes from, and the column; (None, None) for what is no column."""
    if isinstance(term, ColumnTerm):
        name = term.table.lower()
        return (term.outer, name, term.occurrence), (name, term.column.lower())
    if isinstance(term, DerivedTerm) and (origin := derived_from(term, stack)) is not None:
        return (term.outer, term.source), _joined(*origin)[1]
    return None, None


def _filters(plan: Plan, *, values: bool) -> frozenset[Hashable]:
    return frozenset(
        (
            constraint.column and constraint.column.folded,
            constraint.aggregate,
            constraint.operator,
            _folded(constraint.values) if values else None,
        )
        for constraint in constraints(plan)
    )


def _folded(values: Iterable[Hashable]) -> Hashable:
    return tuple(folded_literal(value) if isinstance(value, str) else value for value in values)


def _ordering(plan: Plan) -> tuple[Hashable, ...]:
    return tuple(canonical_ordering(item, (plan,)) for item in plan.order_by)


def _set_operators(plan: Plan) -> tuple[str, ...]:
    return tuple(operation.operator for operation in plan.set_operations)
