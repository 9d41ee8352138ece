"""Demand: what a turn asks of a plan, as the edits and the coverage features read it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from nodes.coverage.asked_group import asked_units
from nodes.coverage.asked_order import AskedOrder, asked_order
from nodes.coverage.calculations.asked import asks_difference, asks_share, tables_averaged, total_asked
from nodes.coverage.calculations.sale_figures import SalesAsked, sales_asked
from nodes.coverage.calculations.time_units import TimeUnit, asked_time_unit
from nodes.coverage.gather import requirements
from nodes.coverage.inquiry import Inquiry
from nodes.coverage.own_keys import OwnKeyAsked, asked_of_own_key
from nodes.coverage.plan_filters import leaves
from nodes.coverage.requirement import Requirement
from nodes.coverage.things_asked import asks_which, table_asked, tables_done, thing_ranked
from nodes.lexical.evidence import Evidence
from nodes.node import Context
from nodes.plan import LiteralTerm, Plan
from nodes.state import GraphState
from value_index.schema import ColumnRef, Schema


@dataclass(frozen=True)
class Demand:
    """The requirements of a turn, and the inquiry that they were read from."""

    inquiry: Inquiry
    requirements: tuple[Requirement, ...]

    @classmethod
    def of(cls, state: GraphState, context: Context, evidence: Evidence | None = None) -> Demand:
        """Read what a turn asks for."""
        inquiry = Inquiry.of(state, context, evidence)
        return cls(inquiry, requirements(inquiry))

    @property
    def schema(self) -> Schema:
        """The schema of the database."""
        return self.inquiry.schema

    @property
    def evidence(self) -> Evidence:
        """The words of the turn."""
        return self.inquiry.evidence

    @property
    def previous(self) -> Plan | None:
        """The plan of the turn before."""
        return self.inquiry.evidence.previous

    @cached_property
    def order(self) -> AskedOrder | None:
        """The order that the words ask for."""
        return asked_order(self.inquiry)

    @cached_property
    def units(self) -> tuple[tuple[ColumnRef, bool], ...]:
        """The units of a grouping that the words ask for; True for those that stand for the rows of a table."""
        return asked_units(self.inquiry)

    @cached_property
    def time_unit(self) -> TimeUnit | None:
        """The part of a time of which figures are asked."""
        return asked_time_unit(self.inquiry)

    @cached_property
    def asks_share(self) -> bool:
        """Whether the words ask for a share of rows."""
        return asks_share(self.inquiry)

    @cached_property
    def asks_difference(self) -> bool:
        """Whether the words ask how far two figures or times lie apart."""
        return asks_difference(self.inquiry)

    @cached_property
    def tables_averaged(self) -> tuple[str, str] | None:
        """The table whose rows are counted on average, and that for whose rows; None if no such average is asked."""
        return tables_averaged(self.inquiry)

    @cached_property
    def total(self) -> ColumnRef | None:
        """The amount whose total is asked by the name of the things that have it."""
        return total_asked(self.inquiry)

    @cached_property
    def sales(self) -> SalesAsked | None:
        """What was sold, where the words ask for it and no column stores it by that name."""
        return sales_asked(self.inquiry)

    @cached_property
    def asks_which(self) -> bool:
        """Whether the words ask which things there are, and for no figure."""
        return asks_which(self.inquiry)

    @cached_property
    def table_asked(self) -> str | None:
        """The table whose rows the words ask for first of all."""
        return table_asked(self.inquiry)

    @cached_property
    def thing_ranked(self) -> str | None:
        """The table whose rows a superlative ranks."""
        return thing_ranked(self.inquiry)

    @cached_property
    def tables_done(self) -> tuple[str, ...]:
        """The tables that record what was done most or least."""
        return tables_done(self.inquiry)

    @cached_property
    def own_key(self) -> OwnKeyAsked | None:
        """The key to another row of the same table, of which the words speak."""
        return asked_of_own_key(self.inquiry, self.requirements)

    @cached_property
    def literals(self) -> frozenset[str]:
        """The literals that the words of the turn ask for, folded."""
        return frozenset(
            str(term.value).casefold()
            for requirement in self.requirements
            for option in requirement.options
            for leaf in leaves(option.conditions)
            for term in leaf.right
            if isinstance(term, LiteralTerm)
        )
