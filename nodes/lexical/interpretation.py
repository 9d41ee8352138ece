"""Interpretation: what an utterance may ask for, in few words; and the plan it stands for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from nodes.plan import (
    Aggregate,
    AggregateFunction,
    ColumnTerm,
    Condition,
    Junction,
    LiteralTerm,
    LiteralValue,
    Operator,
    Ordering,
    Plan,
    Predicate,
    Star,
    SubPlan,
    TableSource,
    Term,
)
from nodes.plan.traversal import walk_block
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
class Interpretation:
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


def order_of(interpretation: Interpretation) -> tuple[Ordering, ...]:
    """Return the order of an interpretation as a part of a plan."""
    if interpretation.sort is None:
        return ()
    return (Ordering(term=interpretation.sort.item.term, descending=interpretation.sort.descending),)


def tables_of(plan: Plan, more: Iterable[str]) -> tuple[TableSource, ...]:
    """Return a source for every table that a plan's own block names, and for `more`, without repeats."""
    used = (part.table for part in walk_block(plan) if isinstance(part, ColumnTerm) and part.outer == 0)
    return tuple(TableSource(table=table) for table in dict.fromkeys((*used, *more)) if table)


def split_filters(filters: tuple[Filter, ...]) -> tuple[tuple[Condition, ...], tuple[Condition, ...]]:
    """Return the conditions on rows and those on groups; equalities on one column are alternatives."""
    equal: dict[ColumnRef | None, list[Condition]] = {}
    rest: list[Predicate] = []
    for each in _ranges(filters):
        if each.column and each.operator in ("=", "like"):
            equal.setdefault(each.column, []).append(each.predicate)
        elif each.column:
            rest.append(each.predicate)
    either: list[Condition] = [
        found[0] if len(found) == 1 else Junction(kind="or", conditions=tuple(found)) for found in equal.values()
    ]
    return (*either, *_apart(rest)), tuple(each.predicate for each in filters if each.column is None)


def _apart(conditions: list[Predicate]) -> tuple[Condition, ...]:
    """Return comparisons with two ranges of one column that do not meet as alternatives: "above 50 or below 46"."""
    for upper in (each for each in conditions if each.operator in (">", ">=")):
        for lower in (each for each in conditions if each.operator in ("<", "<=") and each.left == upper.left):
            ends = [each.right[0] for each in (upper, lower)]
            numbers = [end.value for end in ends if isinstance(end, LiteralTerm) and isinstance(end.value, int | float)]
            if len(numbers) == 2 and numbers[0] >= numbers[1]:
                rest = tuple(each for each in conditions if each not in (upper, lower))
                return (*rest, Junction(kind="or", conditions=(upper, lower)))
    return tuple(conditions)


def _ranges(filters: tuple[Filter, ...]) -> Iterator[Filter]:
    """Yield the filters, the two ends of a range as one; an end without the other is an equality."""
    ends = [each for each in filters if each.operator == "between" and len(each.values) == 1]
    for each in filters:
        if each not in ends:
            yield each
    while ends:
        first = ends.pop(0)
        other = next((each for each in ends if each.column == first.column), None)
        if other is None:
            yield replace(first, operator="=")
        else:
            ends.remove(other)
            yield replace(first, values=(*first.values, *other.values))
