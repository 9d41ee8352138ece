"""A question as data: what is shown of which things under which filters; a chain of them is a conversation."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

from nodes.plan import (
    ROW_COUNT,
    Aggregate,
    AggregateFunction,
    Arithmetic,
    ArithmeticOperator,
    Branch,
    Case,
    Cast,
    ColumnTerm,
    Condition,
    Join,
    Junction,
    LiteralTerm,
    Operator,
    Ordering,
    Plan,
    Predicate,
    SetOperation,
    SubPlan,
    TableSource,
    Term,
)
from nodes.sql.from_plan import from_plan
from value_index.schema import ColumnRef, ForeignKey, Schema

Measure = Literal[
    "rows", "count", "values", "aggregate", "groups", "figures", "leaders", "share", "product", "order keys"
]
"""What is shown: the things themselves, how many, how many different values, a figure of a column, a count or a figure for
each group, the groups alone, a percentage, a product, or what the rows are sorted by."""
GROUPED: tuple[Measure, ...] = ("groups", "figures", "leaders")


@dataclass(frozen=True)
class Filter:
    """One condition on the things, or on what a key of theirs refers to."""

    column: ColumnRef
    operator: Operator
    values: tuple[Any, ...] = ()
    via: tuple[ForeignKey, ...] = ()
    """Keys that lead from the things to the column's table; none for a column of their own."""
    numeric: bool = False
    """Whether the column holds numbers as texts."""
    among: Plan | None = None
    """The values to compare with, as a query."""

    @property
    def key(self) -> tuple[ColumnRef, tuple[ForeignKey, ...]]:
        """What the filter is about."""
        return self.column, self.via

    def condition(self) -> Condition:
        """Write the filter as a plan's condition."""
        term: Term = column(self.column)
        left: Term = Cast(argument=term, type="real") if self.numeric else term
        right: tuple[Term, ...] = tuple(LiteralTerm(value=value) for value in self.values)
        if self.among is not None:
            right = (SubPlan(plan=self.among),)
        return Predicate(left=left, operator=self.operator, right=right)


@dataclass(frozen=True)
class Query:
    """What one turn asks."""

    table: str
    """The things' table."""
    shown: tuple[ColumnRef, ...]
    filters: tuple[Filter, ...] = ()
    measure: Measure = "rows"
    operator: ArithmeticOperator = "*"
    """The operator of the product."""
    texts: tuple[ColumnRef, ...] = ()
    """Columns of the product that hold numbers as texts."""
    function: AggregateFunction = "avg"
    """The function of the aggregate."""
    group: ColumnRef | None = None
    group_key: ColumnRef | None = None
    """What tells groups apart where two may be called the same."""
    links: tuple[ForeignKey, ...] = ()
    """Keys to tables that are shown or grouped by, beside those of the filters."""
    at_least: int | None = None
    """Rows that a group must have, one more than this."""
    order: ColumnRef | None = None
    by_figure: bool = False
    """Whether groups are sorted by their count or figure."""
    figured: bool = False
    """Whether groups are measured by a figure of the column shown last, not by a count."""
    descending: bool = False
    limit: int | None = None
    offset: int | None = None
    distinct: bool = False
    both: tuple[Filter, Filter] | None = None
    """Two values that a thing must have, each through rows of its own."""

    def but(self, **changes: Any) -> Query:
        """Return the query with some parts exchanged."""
        return replace(self, **changes)

    def listed(self) -> Query:
        """Return the plain list of the same things."""
        return self.but(
            measure="rows", group=None, group_key=None, at_least=None, order=None, by_figure=False, limit=None, offset=None,
            distinct=self._is_linked,
        )  # fmt: skip

    def regrouped(self, group: ColumnRef | None, **changes: Any) -> Query:
        """Return the query grouped by another column of the things; of none, the same figure over all of them."""
        return self.but(group=group, group_key=None, links=(), at_least=None, **changes)

    @property
    def loosened(self) -> tuple[Query, ...]:
        """The query without its conditions, where it has any."""
        return (self.but(filters=()),) if self.filters else ()

    @property
    def lists_values(self) -> bool:
        """Whether it lists the different values of a column, not the things."""
        return self.measure == "rows" and self.distinct and not self._is_linked

    @property
    def is_figured(self) -> bool:
        """Whether groups are measured by a figure of a column."""
        return self.figured or self.measure == "figures"

    @property
    def _is_linked(self) -> bool:
        """Whether the things are joined with rows that refer to them, so that one may stand in several."""
        return any(key.target.table == self.table for each in self.filters for key in each.via)

    def sql(self, schema: Schema) -> str:
        """Write the query as SQL."""
        return from_plan(self.plan(), schema)

    def plan(self) -> Plan:
        """Write the query as a plan."""
        if self.both:
            first, second = (self.but(both=None, filters=(*self.filters, each)).plan() for each in self.both)
            return first.model_copy(update={"set_operations": (SetOperation(operator="intersect", plan=second),)})
        tables, joins = self._sources()
        filters = self.filters[:-1] if self.measure == "share" else self.filters
        conditions = tuple(each.condition() for each in filters)
        where = Junction(kind="and", conditions=conditions) if len(conditions) > 1 else next(iter(conditions), None)
        grouped = self.group is not None and (self.measure in GROUPED or self.by_figure)
        group = (column(self.group_key or self.group),) if grouped and self.group else ()
        having = None
        if self.at_least is not None and group:
            having = Predicate(left=ROW_COUNT, operator=">", right=(LiteralTerm(value=self.at_least),))
        by = self._order_term()
        order = (Ordering(term=by, descending=self.descending),) if by else ()
        return Plan(
            select=self._select(), distinct=self.distinct, tables=tables, joins=joins, where=where, group_by=group,
            having=having, order_by=order, limit=self.limit, offset=self.offset,
        )  # fmt: skip

    def _select(self) -> tuple[Term, ...]:
        shown = tuple(column(ref) for ref in self.shown)
        match self.measure:
            case "rows":
                return shown
            case "count":
                key = shown[0] if self._is_linked else None
                return (Aggregate(function="count", argument=key, distinct=True) if key else ROW_COUNT,)
            case "values":
                return (Aggregate(function="count", argument=shown[-1], distinct=True),)
            case "aggregate":
                return (Aggregate(function=self.function, argument=shown[-1]),)
            case "groups" | "figures" | "leaders":
                assert self.group
                return (column(self.group), *(() if self.measure == "leaders" else (self._figure(),)))
            case "order keys":
                term = self._order_term()
                return (term,) if term else shown
            case "product":
                one, two = (self._number(ref) for ref in self.shown[-2:])
                return (shown[0], Arithmetic(operator=self.operator, left=one, right=two))
            case "share":
                *_, last = self.filters
                return (_percentage(last),)

    def _number(self, ref: ColumnRef) -> Term:
        """Return a factor of a product."""
        return Cast(argument=column(ref), type="real") if ref in self.texts else column(ref)

    def _figure(self) -> Term:
        """Return what a group comes to."""
        summed = self.is_figured
        return Aggregate(function=self.function, argument=column(self.shown[-1])) if summed else ROW_COUNT

    def _order_term(self) -> Term | None:
        if self.by_figure:
            return self._figure()
        return column(self.order) if self.order else None

    def _sources(self) -> tuple[tuple[TableSource, ...], tuple[Join, ...]]:
        tables, joins = [self.table], list[Join]()
        for key in (*self.links, *(key for each in self.filters for key in each.via)):
            new = key.target.table if key.target.table not in tables else key.source.table
            if new not in tables:
                tables.append(new)
                on = Predicate(left=column(key.source), operator="=", right=(column(key.target),))
                joins.append(Join(on=on))
        return tuple(TableSource(table=table) for table in tables), tuple(joins)


def column(ref: ColumnRef) -> ColumnTerm:
    """Write a column as a plan's term."""
    return ColumnTerm(table=ref.table, column=ref.column)


def _percentage(filtered: Filter) -> Term:
    """Return how many of a hundred things hold a filter."""
    holds = Case(
        branches=(Branch(condition=filtered.condition(), value=LiteralTerm(value=1)),), otherwise=LiteralTerm(value=0)
    )
    total = Aggregate(function="sum", argument=holds)
    hundred = Arithmetic(operator="*", left=LiteralTerm(value=100.0), right=total)
    return Arithmetic(operator="/", left=hundred, right=ROW_COUNT)
