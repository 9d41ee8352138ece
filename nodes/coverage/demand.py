"""Demand: what a turn asks of a plan, as the edits and the coverage features read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from nodes.coverage.asked.group import asked_units
from nodes.coverage.asked.order import AskedOrder, asked_order
from nodes.coverage.asked.own_keys import OwnKeyAsked, asked_of_own_key
from nodes.coverage.asked.people import asks_who, counts_people, people_tables
from nodes.coverage.asked.references import adds_beside, regroups
from nodes.coverage.asked.shown_list import columns_listed
from nodes.coverage.asked.things import (
    asks_which,
    said_siblings,
    shows_figures_only,
    table_asked,
    tables_denied,
    tables_done,
    thing_ranked,
    values_asked,
)
from nodes.coverage.calculations.asked import asks_difference, asks_share, tables_averaged, total_asked
from nodes.coverage.calculations.durations import Duration, asked_duration
from nodes.coverage.calculations.more_of import CountsCompared, counts_compared
from nodes.coverage.calculations.sale_figures import SalesAsked, sales_asked
from nodes.coverage.calculations.time_units import TimeUnit, asked_time_unit
from nodes.coverage.inquiry import Inquiry
from nodes.coverage.plan_filters import leaves
from nodes.coverage.requirement import Requirement
from nodes.coverage.requirements.all_requirements import requirements
from nodes.coverage.shapes.all_shapes import asked_shapes
from nodes.lexical.evidence import Evidence
from nodes.node import Context
from nodes.plan import ColumnTerm, LiteralTerm, Plan, Term
from nodes.plan.traversal import table_names
from nodes.state import GraphState
from value_index.schema import ColumnRef, Schema, Table


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
        if self.sales is not None and self.sales.per is not None:
            return ()  # the rows that an average is of are no groups
        figures = self.evidence.aggregates or self.evidence.cues.count is not None or self.sales is not None
        return () if self.listed and not (figures or regroups(self.inquiry)) else asked_units(self.inquiry)

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
        return asks_difference(self.inquiry) or self.duration is not None

    @cached_property
    def duration(self) -> Duration | None:
        """How long something took, where it is asked for and no column stores it."""
        return asked_duration(self.inquiry)

    @cached_property
    def tables_averaged(self) -> tuple[str, str] | None:
        """The table whose rows are counted on average, and that for whose rows; None if no such average is asked."""
        return tables_averaged(self.inquiry)

    @cached_property
    def total(self) -> ColumnRef | None:
        """The amount whose total is asked by the name of the things that have it."""
        return total_asked(self.inquiry)

    @cached_property
    def listed(self) -> tuple[ColumnRef, ...]:
        """The columns that the words list to be shown."""
        return columns_listed(self.inquiry)

    @cached_property
    def more(self) -> CountsCompared | None:
        """The things of which it is asked which has more rows of another table."""
        return counts_compared(self.inquiry)

    @cached_property
    def sales(self) -> SalesAsked | None:
        """What was sold, where the words ask for it and no column stores it by that name."""
        return sales_asked(self.inquiry)

    @cached_property
    def shapes(self) -> tuple[Plan, ...]:
        """The whole queries that the words stand for: "the second highest salary"."""
        return asked_shapes(self.inquiry)

    @cached_property
    def asks_which(self) -> bool:
        """Whether the words ask which things there are, and for no figure."""
        return asks_which(self.inquiry)

    @cached_property
    def table_asked(self) -> str | None:
        """The table whose rows the words ask for first of all."""
        return table_asked(self.inquiry)

    @cached_property
    def values_asked(self) -> frozenset[ColumnRef]:
        """The columns of which it is asked which values there are."""
        return values_asked(self.inquiry)

    @cached_property
    def thing_ranked(self) -> str | None:
        """The table whose rows a superlative ranks."""
        return thing_ranked(self.inquiry)

    @cached_property
    def tables_done(self) -> tuple[str, ...]:
        """The tables that record what was done most or least."""
        return tables_done(self.inquiry)

    @cached_property
    def listed_before(self) -> tuple[Term, ...]:
        """What the last list of the rows of the turn before showed, where that told only a figure of them."""
        previous = self.previous
        if previous is None or not shows_figures_only(previous, frozenset(("count",))):
            return ()
        for plan in reversed(self.evidence.turn.earlier_plans[:-1]):
            if plan is None or set(table_names(plan)) - set(table_names(previous)):
                return ()
            if all(isinstance(term, ColumnTerm) for term in plan.select) and not plan.group_by:
                return plan.select
        return ()

    @cached_property
    def shown_before(self) -> tuple[Term, ...]:
        """What was shown before: of rows that were counted last, what was listed of them, unless a figure is asked."""
        figure = self.evidence.cues.count is not None or bool(self.evidence.aggregates)
        shown = self.previous.select if self.previous is not None else ()
        return (self.listed_before if not figure else ()) or shown

    @cached_property
    def rival_values(self) -> frozenset[tuple[ColumnRef, str]]:
        """The values before of columns that may store a value of this turn, folded; those named again left out.

        "And from Ireland?" after `country = 'France'`: France.
        """
        columns = {o.column for r in self.requirements if r.kind == "value" and not r.excludes for o in r.options}
        for _ in range(2):
            columns |= {partner for column in columns for partner in self.inquiry.key_partners(column)}
        folded = {column.folded for column in columns}
        return frozenset(
            (each.column, str(value).casefold())
            for each in self.evidence.constraints_before
            if each.column is not None
            and each.aggregate is None
            and each.operator in ("=", "in")
            and each.column.folded in folded
            for value in each.values
            if str(value).casefold() not in self.literals
        )

    @cached_property
    def adds_value(self) -> bool:
        """Whether a value comes beside one of the turn before: "And Scania too" after `make = 'Volvo'`."""
        return bool(self.rival_values) and adds_beside(self.inquiry)

    @cached_property
    def tables_denied(self) -> tuple[str, ...]:
        """The tables that record what was never done."""
        return tables_denied(self.inquiry)

    @cached_property
    def asks_who(self) -> bool:
        """Whether the words ask who, and the database knows people."""
        return asks_who(self.inquiry) and bool(self.people)

    @cached_property
    def counts_people(self) -> bool:
        """Whether the words ask how many people there are, and the database knows some."""
        return counts_people(self.inquiry) and bool(self.people)

    @cached_property
    def people(self) -> tuple[Table, ...]:
        """The tables whose rows are people."""
        return people_tables(self.inquiry)

    @cached_property
    def said_siblings(self) -> Mapping[ColumnRef, frozenset[ColumnRef]]:
        """The columns beside which another one is said: loser_name, where the words speak of winners."""
        return said_siblings(self.inquiry)

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
