"""keys_without_value: the condition that a key has no value, taken out where a plan joins along it."""

from __future__ import annotations

from collections.abc import Iterator

from nodes.coverage.demand import Demand
from nodes.coverage.rows import occurrence
from nodes.plan import ColumnTerm, Condition, Plan, Predicate
from nodes.plan.traversal import columns, conjunction, conjuncts, predicates


def keys_without_value(plan: Plan, demand: Demand) -> Iterator[Plan]:
    """Yield a plan without such conditions: joined, the rows without a value are gone, so the others are meant.

    "And the insured ones, by insurer?" after `WHERE insurer_id IS NULL`: `... JOIN insurer ... GROUP BY insurer.id`.
    """
    if impossible := null_keys(plan):
        yield plan.model_copy(
            update={"where": conjunction(tuple(each for each in conjuncts(plan.where) if each not in impossible))}
        )


def null_keys(plan: Plan) -> frozenset[Condition]:
    """Return the conditions that a column has no value though a join equates it with another."""
    leaves = [leaf for leaf in conjuncts(plan.where) if isinstance(leaf, Predicate) and leaf.operator == "is null"]
    if not leaves:
        return frozenset()
    joins = [join.on for join in plan.joins or () if join.kind == "inner" and join.on is not None]
    equations = [each for on in joins for each in predicates(on) if each.operator == "="]
    equated = {occurrence(term) for each in equations for term in columns(each)}
    return frozenset(leaf for leaf in leaves if isinstance(leaf.left, ColumnTerm) and occurrence(leaf.left) in equated)
