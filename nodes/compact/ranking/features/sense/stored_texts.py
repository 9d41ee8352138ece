"""StoredTexts: comparisons with texts that a column does not store: `genre = 'Mistery'`, where it holds 'Mystery'."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from nodes.compact.plan_parts import PlanParts
from nodes.coverage.column_profile import SAMPLE
from nodes.coverage.demand import Demand
from nodes.coverage.plan_filters import leaves
from nodes.plan import LiteralTerm
from nodes.plan.constraints import Scalar
from value_index.schema import ColumnRef


@dataclass(frozen=True)
class StoredTexts:
    """The texts that columns store, and those that the words ask for."""

    demand: Demand

    def unstored(self, plan_parts: PlanParts) -> int:
        """Return how many values are compared with a column that does not store them, though no word asks for it.

        "population of France": city.country_code = 'France', where country.name holds France.
        """
        count = 0
        for each in plan_parts.filters:
            if each.column is None or each.aggregate is not None or each.operator not in ("=", "!=", "in", "not in"):
                continue
            stored = self._few_values(each.column)
            texts = [value.casefold() for value in each.values if isinstance(value, str)]
            unasked = [text for text in texts if (each.column.folded, text) not in self._asked]
            unknown = (
                text.strip() not in stored if stored else self._is_foreign(each.column, text) for text in unasked
            )
            count += any(unknown) or self._is_number_of_words(each.column, each.values)
        return count

    def _is_foreign(self, column: ColumnRef, text: str) -> bool:
        """Tell whether only columns that no key ties to a column of many values store a text."""
        if (column, text) not in self._foreign:
            index, partners = self.demand.evidence.turn.index, self.demand.inquiry.key_partners(column)
            holders = index.holders(text, column.folded) if index else frozenset[tuple[str, str]]()
            self._foreign[column, text] = bool(holders) and not holders & {each.folded for each in partners}
        return self._foreign[column, text]

    @cached_property
    def _texts(self) -> frozenset[ColumnRef]:
        """The columns of texts."""
        schema = self.demand.schema
        return frozenset(ref for ref in schema.columns if schema.describe(ref).kind == "text")

    @cached_property
    def _foreign(self) -> dict[tuple[ColumnRef, str], bool]:
        return {}

    def _is_number_of_words(self, column: ColumnRef, values: Iterable[Scalar]) -> bool:
        """Tell whether a number is compared with a text column none of whose values is a number: model = 4."""
        numbers = [value for value in values if isinstance(value, int | float) and not isinstance(value, bool)]
        if not numbers or column not in self._texts:
            return False
        return not any(str(value).strip().isdigit() for value in self.demand.inquiry.profiles.of(column).values)

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
