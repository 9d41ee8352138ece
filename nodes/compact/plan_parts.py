"""PlanParts: what the choice reads of a plan again and again, read once."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from functools import cached_property

from nodes.plan import Aggregate, ColumnTerm, LiteralTerm, Plan, PlanModel, TableSource
from nodes.plan.constraints import Constraint, constraints
from nodes.plan.traversal import columns, walk

PARTS = ("select", "tables", "filters", "groups", "order", "sets", "depth")
Parts = tuple[Hashable, ...]
"""The parts of a plan, in the order of PARTS."""


@dataclass(frozen=True)
class PlanParts:
    """One plan taken apart."""

    plan: Plan

    @cached_property
    def parts(self) -> tuple[PlanModel, ...]:
        """The plan and everything inside it, parents first."""
        return tuple(walk(self.plan))

    @cached_property
    def filters(self) -> frozenset[Constraint]:
        """The filters in force."""
        return frozenset(constraints(self.plan))

    @cached_property
    def tables(self) -> frozenset[str]:
        """The tables of any block, as the schema writes them."""
        return frozenset(part.table for part in self.parts if isinstance(part, TableSource))

    @cached_property
    def folded_tables(self) -> frozenset[str]:
        """The same, case aside."""
        return frozenset(table.lower() for table in self.tables)

    @cached_property
    def columns(self) -> tuple[ColumnTerm, ...]:
        """The columns used anywhere, with repeats."""
        return tuple(part for part in self.parts if isinstance(part, ColumnTerm))

    @cached_property
    def shown(self) -> tuple[ColumnTerm, ...]:
        """The columns in the projections."""
        return tuple(term for each in self.plan.select for term in columns(each))

    @cached_property
    def aggregates(self) -> tuple[Aggregate, ...]:
        """The aggregates, at any depth."""
        return tuple(part for part in self.parts if isinstance(part, Aggregate))

    @cached_property
    def literals(self) -> frozenset[str]:
        """The literals as folded text."""
        return frozenset(str(part.value).casefold() for part in self.parts if isinstance(part, LiteralTerm))

    @cached_property
    def key(self) -> Parts:
        """The parts by which plans are told apart, however their joins are written."""
        plan = self.plan
        return (
            (plan.select, plan.distinct),
            self.tables,
            self.filters,
            plan.group_by,
            (plan.order_by, plan.limit),
            tuple(operation.operator for operation in plan.set_operations),
            sum(isinstance(part, Plan) for part in self.parts),
        )
