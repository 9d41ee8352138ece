"""TurnBefore: what a plan loses of the turn before while it keeps its conditions.

Airlines that fly to a city, once found by their routes, are no airlines of the city's country: after `airline JOIN route
JOIN city WHERE city.name = 'Oslo'`, `airline JOIN country JOIN city WHERE city.name = 'Oslo'` takes another way.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from nodes.compact.plan_parts import PlanParts
from nodes.coverage.asked.references import speaks_of_them
from nodes.coverage.demand import Demand
from nodes.coverage.edits.tables import idle_tables
from nodes.coverage.join_paths import connecting_tables, key_ties
from nodes.plan import ROW_COUNT, ColumnTerm, Condition, Plan, Predicate, TableSource
from nodes.plan.traversal import conjuncts, walk

_COUNTED_ROWS = (ROW_COUNT,)


@dataclass(frozen=True)
class TurnBefore:
    """The plan of the turn before, held against plans of this turn."""

    demand: Demand

    @cached_property
    def _before(self) -> PlanParts | None:
        return PlanParts(self.demand.previous) if self.demand.previous else None

    @cached_property
    def _ties(self) -> frozenset[str]:
        """The tables, folded, that tied others together in the turn before."""
        return connecting_tables(self.demand.previous) if self.demand.previous else frozenset()

    def needless_tables(self, plan_parts: PlanParts) -> int:
        """Return how many tables a plan could do without, those that the words name left out."""
        smaller = next(idle_tables(plan_parts.plan, self.demand), None)
        if smaller is None:
            return 0
        named = {m.table.lower() for m in self.demand.inquiry.named_tables}
        told = self._before.folded_tables if self._before and self._before.filters & plan_parts.filters else frozenset()
        return len(plan_parts.folded_tables - PlanParts(smaller).folded_tables - named - told)

    def counts_repeats(self, plan_parts: PlanParts) -> bool:
        """Tell whether a plan counts the joined rows of what the turn before showed without its repeats."""
        before, plan = self._before, plan_parts.plan
        counts = len(plan.tables) > 1 and plan.select == _COUNTED_ROWS
        if before is None or not before.plan.distinct or not counts or plan.group_by:
            return False
        return before.folded_tables == plan_parts.folded_tables and before.filters <= plan_parts.filters

    def takes_another_way(self, plan_parts: PlanParts) -> bool:
        """Tell whether a plan keeps conditions over several tables, without tables that tied them in the turn before."""
        before = self._before
        if before is None or len(plan_parts.plan.tables) < 2 or plan_parts.plan.set_operations:
            return False
        held = {each.column.table.lower() for each in before.filters & plan_parts.filters if each.column}
        lost = before.folded_tables - plan_parts.folded_tables
        elsewhere = bool(held - {term.table.lower() for term in plan_parts.shown})
        return elsewhere and (bool(lost & self._ties) or self._leaves_things(before, plan_parts, lost))

    def _leaves_things(self, before: PlanParts, plan_parts: PlanParts, lost: frozenset[str]) -> bool:
        """Tell whether what was shown is gone and a table that tied its conditions to it now ties them to something else.

        What each customer in Canada paid, once found by their addresses, is not what staff with such addresses took.
        """
        if not speaks_of_them(self.demand.inquiry):
            return False
        gone = lost & {term.table.lower() for term in before.shown}
        old, new = key_ties(before.plan), key_ties(plan_parts.plan)
        ties = {table for pair in old if {table for table, _ in pair} & gone for table, _ in pair} - gone
        return any({table for table, _ in pair} & ties for pair in new - old)

    def moved_out(self, plan: Plan) -> int:
        """Return how many conditions the turn before asked of another row of a table, and a plan asks of the row itself.

        After `manager_id IN (SELECT id FROM worker WHERE name = 'Ada')`, `count(*) FROM worker WHERE name = 'Ada'` counts Ada.
        """
        before = self.demand.previous
        if before is None or max(self._copies.values(), default=0) < 2:
            return 0
        here = _copies(plan)
        asked = {_first(leaf) for leaf in walk(before) if isinstance(leaf, Predicate)}
        moved = {
            leaf
            for leaf in conjuncts(plan.where)
            if isinstance(leaf, Predicate) and isinstance(leaf.left, ColumnTerm)
            and self._copies[leaf.left.table.lower()] > 1 == here[leaf.left.table.lower()]
            and _first(leaf) in asked and leaf not in conjuncts(before.where)
        }  # fmt: skip
        return len(moved)

    @cached_property
    def _copies(self) -> Counter[str]:
        return _copies(self.demand.previous) if self.demand.previous else Counter()


def _copies(plan: Plan) -> Counter[str]:
    """Return how often a plan reads each table, subqueries included."""
    return Counter(part.table.lower() for part in walk(plan) if isinstance(part, TableSource))


def _first(condition: Condition) -> Condition:
    """Return a comparison as of the first occurrence of its table, where it compares with literals."""
    if isinstance(condition, Predicate) and isinstance(condition.left, ColumnTerm):
        return condition.model_copy(update={"left": condition.left.model_copy(update={"occurrence": 0})})
    return condition
