"""KeyPairs: joins and look-ups between columns that no key ties together: `ON boat.maker_id = race.race_id`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from nodes.plan import ColumnTerm, Plan, Predicate, SubPlan
from nodes.plan.traversal import conjuncts
from value_index.schema import Schema

Folded = tuple[str, str]
"""A table and its column, folded."""


@dataclass(frozen=True)
class KeyPairs:
    """The columns of a schema that keys tie together."""

    schema: Schema

    @cached_property
    def _pairs(self) -> frozenset[frozenset[Folded]]:
        """The columns by twos: the ends of a key, and the sources of keys to one target."""
        found = {frozenset((key.source.folded, key.target.folded)) for key in self.schema.foreign_keys}
        by_target: dict[Folded, list[Folded]] = {}
        for key in self.schema.foreign_keys:
            by_target.setdefault(key.target.folded, []).append(key.source.folded)
        found |= {frozenset((a, b)) for sources in by_target.values() for a in sources for b in sources}
        return frozenset(found)

    @cached_property
    def _ends(self) -> frozenset[Folded]:
        """The columns that some key ties to another."""
        return frozenset(end for pair in self._pairs for end in pair)

    def unrelated_joins(self, plan: Plan) -> int:
        """Return how many conditions of joins equate a key's end with a column of another name that no key ties to it."""
        equated = [
            (leaf.left.ref.folded, right.ref.folded)
            for join in plan.joins or ()
            for leaf in conjuncts(join.on)
            if isinstance(leaf, Predicate) and leaf.operator == "="
            for right in leaf.right
            if isinstance(leaf.left, ColumnTerm) and isinstance(right, ColumnTerm)
        ]
        return sum(
            a[1] != b[1] and frozenset((a, b)) not in self._pairs and bool({a, b} & self._ends) for a, b in equated
        )

    def is_unrelated(self, part: Predicate) -> bool:
        """Tell whether a column is looked for among the values of another that no key and no name ties to it."""
        if part.operator not in ("in", "not in", "=", "!=") or len(part.right) != 1:
            return False
        inner, left = part.right[0], part.left
        if not isinstance(inner, SubPlan) or not isinstance(left, ColumnTerm) or not inner.plan.select:
            return False
        right = inner.plan.select[0]
        if not isinstance(right, ColumnTerm) or left.column.lower() == right.column.lower():
            return False
        return frozenset((left.ref.folded, right.ref.folded)) not in self._pairs


def taken_away(plan: Plan) -> list[Predicate]:
    """Return what EXCEPT takes away of a single column, as the look-up that it is."""
    away = [each.plan for each in plan.set_operations if each.operator == "except" and len(each.plan.select) == 1]
    return [Predicate(left=plan.select[0], operator="not in", right=(SubPlan(plan=each),)) for each in away]
