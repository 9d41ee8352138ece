"""Joins that a plan leaves out, filled in from the schema."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeGuard

from nodes.plan import ColumnTerm, DerivedTerm, Join, Plan, PlanModel, Predicate, Source, Star, TableSource
from nodes.plan.sources import source_of, source_tables
from nodes.plan.traversal import conjunction, map_references, rewrite, walk
from nodes.sql.joins.tree import JoinStep, join_path
from value_index.schema import Schema


def with_joins(plan: Plan, schema: Schema) -> Plan:
    """Fill in the joins wherever a block of the plan leaves them out; references follow the sources."""

    def fill(part: PlanModel) -> PlanModel:
        return _filled(part, schema) if _lacks_joins(part) else part

    return rewrite(plan, fill) if any(map(_lacks_joins, walk(plan))) else plan


def _lacks_joins(part: PlanModel) -> TypeGuard[Plan]:
    return isinstance(part, Plan) and part.joins is None and len(part.tables) > 1


def _filled(plan: Plan, schema: Schema) -> Plan:
    given = [index for index, source in enumerate(plan.tables) if isinstance(source, TableSource)]
    names = source_tables(plan)
    grouped = [term.ref for term in plan.group_by if isinstance(term, ColumnTerm)]
    steps = join_path(names, schema, grouped)
    order = [None if step.source is None else given[step.source] for step in steps]
    order += [index for index in range(len(plan.tables)) if index not in given]
    tables: list[Source] = [
        TableSource(table=steps[place].table) if index is None else plan.tables[index]
        for place, index in enumerate(order)
    ]
    joins = [_join(step, steps, tables) for step in steps[1:]]
    joins += [Join(kind="cross")] * (len(tables) - 1 - len(joins))
    moved = _moved(plan, {index: place for place, index in enumerate(order) if index is not None}, tables)
    return moved.model_copy(update={"tables": tuple(tables), "joins": tuple(joins)})


def _join(step: JoinStep, steps: tuple[JoinStep, ...], tables: list[Source]) -> Join:
    if step.parent is None:
        return Join(kind="cross")
    place = steps.index(step)
    equal = tuple(
        Predicate(left=_column(tables, step.parent, left), operator="=", right=(_column(tables, place, right),))
        for left, right in step.pairs
    )
    return Join(on=conjunction(equal))


def _column(tables: list[Source], place: int, column: str) -> ColumnTerm:
    source = tables[place]
    assert isinstance(source, TableSource)
    return ColumnTerm(table=source.table, column=column, occurrence=_occurrence(tables, place))


def _occurrence(tables: Sequence[Source], place: int) -> int:
    return sum(1 for other in tables[:place] if other == tables[place])


def _moved(plan: Plan, places: dict[int, int], tables: list[Source]) -> Plan:
    """Let every reference to the block follow its source to the new place."""

    def change(part: PlanModel) -> PlanModel:
        if isinstance(part, ColumnTerm):
            index = source_of(part, plan.tables)
            return part if index is None else part.model_copy(update={"occurrence": _occurrence(tables, places[index])})
        if isinstance(part, DerivedTerm | Star) and part.source in places:
            return part.model_copy(update={"source": places[part.source]})
        return part

    return map_references(plan, change)
