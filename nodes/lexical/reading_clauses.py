"""Clauses of a reading: its conditions, order and tables as parts of a plan."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from nodes.lexical.interpretation import Filter, Reading
from nodes.plan import ColumnTerm, Condition, Junction, LiteralTerm, Ordering, Plan, Predicate, TableSource
from nodes.plan.traversal import walk_block
from value_index.schema import ColumnRef


def order_of(reading: Reading) -> tuple[Ordering, ...]:
    if reading.sort is None:
        return ()
    return (Ordering(term=reading.sort.item.term, descending=reading.sort.descending),)


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
