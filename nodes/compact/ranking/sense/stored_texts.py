"""StoredTexts: comparisons with texts that a column does not store: `genre = 'Mistery'`, where it holds 'Mystery'."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from nodes.compact.plan_parts import PlanParts
from nodes.coverage.column_profile import SAMPLE
from nodes.coverage.demand import Demand
from nodes.coverage.plan_filters import leaves
from nodes.plan import LiteralTerm
from value_index.schema import ColumnRef


@dataclass(frozen=True)
class StoredTexts:
    """The texts that columns store, and those that the words ask for."""

    demand: Demand

    def unstored(self, plan_parts: PlanParts) -> int:
        """Return how many texts are compared with a column none of whose few values they are, though no word asks for it."""
        count = 0
        for each in plan_parts.filters:
            if each.column is None or each.aggregate is not None or each.operator not in ("=", "!=", "in", "not in"):
                continue
            stored = self._few_values(each.column)
            texts = [value.casefold() for value in each.values if isinstance(value, str)]
            unknown = (t for t in texts if t.strip() not in stored and (each.column.folded, t) not in self._asked)
            count += bool(stored) and any(unknown)
        return count

    def _few_values(self, column: ColumnRef) -> frozenset[str]:
        """Return all values of a column, folded; none if it has many, or is none of the schema's."""
        values = self.demand.inquiry.profiles.of(column).values
        return frozenset(str(value).strip().casefold() for value in values) if len(values) < SAMPLE else frozenset()

    @cached_property
    def _asked(self) -> frozenset[tuple[tuple[str, str], str]]:
        """The columns with the texts that the words ask for there."""
        return frozenset(
            (option.column.folded, str(term.value).casefold())
            for requirement in self.demand.requirements
            for option in requirement.options
            for leaf in leaves(option.conditions)
            for term in leaf.right
            if isinstance(term, LiteralTerm)
        )
