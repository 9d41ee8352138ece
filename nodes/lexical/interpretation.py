"""Reading: what an utterance may ask for, in few words; and the plan it stands for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from nodes.plan import (
    Aggregate,
    AggregateFunction,
    ColumnTerm,
    LiteralTerm,
    LiteralValue,
    Operator,
    Plan,
    Predicate,
    Star,
    SubPlan,
    TableSource,
    Term,
)
from value_index.schema import ColumnRef

Base = Literal["fresh", "swap", "pruned", "extend", "narrow"]
"""fresh: a question of its own; swap: the rows of the previous plan, other projections; pruned: the same without the tables
that are no longer needed; extend: its projections and more; narrow: its projections, other conditions or order."""


@dataclass(frozen=True)
class Item:
    """One projection: a column, an aggregate of one, or count(*)."""

    function: AggregateFunction | None = None
    column: ColumnRef | None = None
    """None is the star."""
    distinct: bool = False

    @property
    def term(self) -> Term:
        """The projection as a term of a plan."""
        inner: Term = ColumnTerm.of(self.column) if self.column else Star()
        return Aggregate(function=self.function, argument=inner, distinct=self.distinct) if self.function else inner


COUNT = Item("count")


@dataclass(frozen=True)
class Filter:
    """One comparison with literals; a column of None compares count(*) of the groups."""

    column: ColumnRef | None
    operator: Operator
    values: tuple[LiteralValue, ...] = ()
    """Empty where the column is compared with its own average."""

    @property
    def predicate(self) -> Predicate:
        """The filter as a leaf of a condition."""
        left: Term = ColumnTerm.of(self.column) if self.column else COUNT.term
        right: tuple[Term, ...] = tuple(LiteralTerm(value=value) for value in self.values)
        if self.column and not right:
            average = Plan(
                select=(Item("avg", self.column).term,), tables=(TableSource(table=self.column.table),), joins=()
            )
            right = (SubPlan(plan=average),)
        return Predicate(left=left, operator=self.operator, right=right)


@dataclass(frozen=True)
class Sort:
    """An ordering by one item."""

    item: Item
    descending: bool = False
    limit: int | None = None


@dataclass(frozen=True)
class Reading:
    """One way to understand a turn."""

    base: Base = "fresh"
    select: tuple[Item, ...] = ()
    """What to show; for extend only what is added."""
    focus: str = ""
    """The table that the question is about."""
    filters: tuple[Filter, ...] = ()
    group: tuple[ColumnRef, ...] = ()
    sort: Sort | None = None
    distinct: bool = False
    both: tuple[Filter, ...] = ()
    """Two of the filters that are to hold of different rows: an intersection. Empty for none."""
    excepting: tuple[Filter, ...] = ()
    """Filters of the rows that are taken away (EXCEPT)."""
    without: str = ""
    """A table in which the rows of the focus must not occur."""
    kind: str = ""
    """Name of the pattern that gave the projections."""

    @property
    def replaces(self) -> bool:
        """Whether other projections take the place of the previous ones."""
        return self.base in ("swap", "pruned")


def column_of(term: Term) -> ColumnRef | None:
    """Return the column of a term or of the aggregate around it; None where there is none."""
    inner = term.argument if isinstance(term, Aggregate) else term
    return inner.ref if isinstance(inner, ColumnTerm) else None


def item_of(term: Term) -> Item | None:
    """Return a term as an item; None where it is more than a column or an aggregate of one."""
    if isinstance(term, Star):
        return Item()
    if isinstance(term, ColumnTerm):
        return Item(column=column_of(term))
    if isinstance(term, Aggregate) and isinstance(term.argument, ColumnTerm | Star):
        return Item(term.function, column_of(term), term.distinct)
    return None
