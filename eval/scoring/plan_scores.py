"""plan_scores: how much of the gold plan a plan has, by the definitions of the published figures.

The nine scores and their mean (`macro`) are those of the published per-node tables; the six beyond see what the nine do
not, filters above all. A plan that leaves its joins to the compiler should be completed before it is scored.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from eval.gold.plan_form import (
    canonical,
    canonical_ordering,
    canonical_term,
    folded_literal,
)
from nodes.plan import Aggregate, ColumnTerm, DerivedTerm, Plan, PlanModel, Predicate, Star, TableSource, Term
from nodes.plan.constraints import Constraint, constraints
from nodes.plan.sources import derived_from
from nodes.plan.traversal import Stack, rewrite, walk_scoped

NINE = (
    "table_f1", "column_f1", "skeleton_f1", "join_f1", "aggregation_f1", "group_by_f1", "selected_count",
    "selected_expressions", "duplicate_policy",
)  # fmt: skip
"""The scores whose mean is the macro."""
BEYOND = ("predicate_f1", "predicate_value_f1", "order_by", "limit", "set_operation", "whole_plan")
PLAN_SCORES = (*NINE, "macro", *BEYOND)
"""Every plan score, in the order of tables."""


@dataclass(frozen=True)
class Facets:
    """What the scores compare of one plan."""

    sets: Mapping[str, AbstractSet[Hashable]]
    """Compared by F1, by the score's name."""
    wholes: Mapping[str, Hashable]
    """Compared for equality, by the score's name."""


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
    return compare(facets(gold), facets(predicted or Plan()))


def facets(plan: Plan) -> Facets:
    """Read what the scores compare off a plan, once for all the plans that it is compared with."""
    scoped = list(walk_scoped(plan))
    found = [part for part, _ in scoped if isinstance(part, Plan)]
    filters = constraints(plan)
    sets: dict[str, AbstractSet[Hashable]] = {
        "table_f1": {part.table.lower() for part, _ in scoped if isinstance(part, TableSource)},
        "column_f1": {(p.table.lower(), p.column.lower()) for p, _ in scoped if isinstance(p, ColumnTerm)},
        "skeleton_f1": _skeleton(found, scoped),
        "join_f1": _join_pairs(scoped),
        "aggregation_f1": {canonical_term(part, stack) for part, stack in scoped if isinstance(part, Aggregate)},
        "group_by_f1": {canonical_term(t, stack) for p, stack in scoped if isinstance(p, Plan) for t in p.group_by},
        "predicate_f1": {_filter(item, values=False) for item in filters},
        "predicate_value_f1": {_filter(item, values=True) for item in filters},
    }
    wholes: dict[str, Hashable] = {
        "selected_count": len(plan.select) or 1,
        "selected_expressions": _selected(plan),
        "duplicate_policy": plan.distinct,
        "order_by": tuple(canonical_ordering(item, (plan,)) for item in plan.order_by),
        "limit": (plan.limit, plan.offset or 0),
        "set_operation": tuple(operation.operator for operation in plan.set_operations),
        "whole_plan": canonical(plan),
    }
    return Facets(sets, wholes)


def compare(gold: Facets, given: Facets) -> dict[str, float | None]:
    """Score one plan's facets against another's; the keys are PLAN_SCORES, in order."""
    scores = {name: f1(part, given.sets[name]) for name, part in gold.sets.items()}
    scores |= {name: float(part == given.wholes[name]) for name, part in gold.wholes.items()}
    scores["macro"] = sum(scores[name] for name in NINE) / len(NINE)
    return {name: scores[name] for name in PLAN_SCORES}


def f1(gold: AbstractSet[Hashable], given: AbstractSet[Hashable]) -> float:
    """Return the F1 of two sets: 1 for two empty ones, 0 if one is empty.

    >>> f1({1, 2}, {2, 3}), f1(set(), set()), f1({1}, set())
    (0.5, 1.0, 0.0)
    """
    if not gold and not given:
        return 1.0
    return 2 * len(gold & given) / (len(gold) + len(given))


def _join_pairs(scoped: Sequence[tuple[PlanModel, Stack]]) -> frozenset[Hashable]:
    """Return the unordered pairs of columns that some condition equates across sources."""
    return frozenset(
        frozenset(side[1] for side in sides)
        for part, stack in scoped
        if isinstance(part, Predicate) and part.operator == "=" and len(part.right) == 1
        for sides in [[_joined(part.left, stack), _joined(part.right[0], stack)]]
        if all(side[1] for side in sides) and sides[0][0] != sides[1][0]
    )


def _skeleton(found: Sequence[Plan], scoped: Sequence[tuple[PlanModel, Stack]]) -> frozenset[str]:
    flags = {
        "select": True,
        "join": any(len(block.tables) > 1 for block in found),
        "where": any(block.where is not None for block in found),
        "group_by": any(block.group_by for block in found),
        "having": any(block.having is not None for block in found),
        "order_by": any(block.order_by for block in found),
        "limit": any(block.limit is not None for block in found),
        "nested": len(found) > 1,
        "distinct": any(isinstance(part, Plan | Aggregate) and part.distinct for part, _ in scoped),
    }
    return frozenset(flag for flag, is_true in flags.items() if is_true)


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


def _filter(item: Constraint, *, values: bool) -> Hashable:
    subject = item.column and item.column.folded
    return subject, item.aggregate, item.operator, _folded(item.values) if values else None


def _folded(values: Iterable[Hashable]) -> Hashable:
    return tuple(folded_literal(value) if isinstance(value, str) else value for value in values)
