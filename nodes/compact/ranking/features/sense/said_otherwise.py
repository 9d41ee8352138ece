"""SaidOtherwise: columns and things that a plan takes where the words say the one beside them.

"the youngest winners": SELECT loser_name, where there is a winner_name; "how many dogs had treatments": count(*) FROM dog.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from nodes.compact.plan_parts import PlanParts
from nodes.coverage.demand import Demand
from nodes.plan import Plan
from nodes.plan.traversal import columns
from value_index.schema import ColumnRef

_HAVING = frozenset(("has", "have", "had", "having", "with", "who", "that", "which", "went", "gone", "got", "undergone", "received", "took", "taken"))  # fmt: skip
"""Words between things and what they are to have."""


@dataclass(frozen=True)
class SaidOtherwise:
    """The words of one turn, held against the columns and tables that a plan takes."""

    demand: Demand

    def sibling_columns(self, plan: Plan) -> int:
        """Return how many columns a plan uses in the place of the one beside them that the words say.

        What a condition asks for is no such column: "open tickets" are those without `closed_at`, beside `opened_at`.
        """
        used = {term.ref for term in columns(plan)} - self._asked
        return sum(bool(beside - used) for ref, beside in self.demand.said_siblings.items() if ref in used)

    def ignores_other_things(self, plan_parts: PlanParts) -> bool:
        """Tell whether a plan takes all rows of one thing, where the words ask for those that have another named one."""
        plan = plan_parts.plan
        alone = len(plan_parts.folded_tables) == 1 and plan.where is None and not plan.group_by and plan.limit is None
        return alone and bool(self._things_had) and not self._things_had & plan_parts.folded_tables

    @cached_property
    def _asked(self) -> frozenset[ColumnRef]:
        """The columns that the conditions of the turn are of, in their likeliest form."""
        options = [option for each in self.demand.requirements for option in each.options[:1]]
        conditions = (condition for option in options for condition in option.conditions)
        return frozenset(term.ref for condition in conditions for term in columns(condition))

    @cached_property
    def _things_had(self) -> frozenset[str]:
        """The tables that the words say things are to have, folded: "dogs that had treatments"."""
        words = self.demand.inquiry.utterance.words
        sure = sorted(self.demand.inquiry.named_tables, key=lambda each: each.start)
        return frozenset(
            second.table.lower()
            for first, second in pairwise(sure)
            if first.table != second.table
            and first.end < second.start
            and {word.text for word in words[first.end : second.start]} & _HAVING
        )
