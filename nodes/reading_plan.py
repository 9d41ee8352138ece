"""plan_of: the plan that a reading stands for, built anew or as an edit of the previous turn's plan."""

from __future__ import annotations

from collections.abc import Iterable

from nodes.constraints import constraints
from nodes.evidence import Evidence
from nodes.plan import (
    ColumnTerm,
    Condition,
    Junction,
    Negation,
    Ordering,
    Plan,
    Predicate,
    SetOperation,
    SubPlan,
    TableSource,
    Term,
)
from nodes.reading import Filter, Reading, column_term
from nodes.sql.joins import with_joins
from nodes.state import Constraint
from nodes.walk import conjunction, conjuncts, walk_block
from value_index.schema import ColumnRef, Schema


def plan_of(reading: Reading, evidence: Evidence) -> Plan:
    """Return the plan of a reading, joins included.

    An edit starts from the previous turn's plan without the constraints that the dialogue state drops.
    """
    if reading.base == "fresh" or evidence.previous is None:
        plan = _fresh(reading, evidence.schema)
    else:
        plan = _edited(reading, evidence.previous, evidence.dropped)
    return with_joins(plan, evidence.schema)


def _fresh(reading: Reading, schema: Schema) -> Plan:
    where, having = _split(reading.filters)
    exclusion = _exclusion(reading, schema)
    select = tuple(item.term for item in reading.select)
    plan = Plan(
        select=select,
        distinct=reading.distinct,
        where=conjunction((*where, *exclusion)),
        group_by=tuple(column_term(column) for column in reading.group),
        having=conjunction(having),
        order_by=_order(reading),
        limit=reading.sort.limit if reading.sort else None,
    )
    return plan.model_copy(update={"tables": _tables(plan, (reading.focus,))})


def _edited(reading: Reading, previous: Plan, dropped: frozenset[Constraint]) -> Plan:
    where, having = _split(reading.filters)
    kept_where = conjuncts(without_constraints(previous.where, dropped, previous))
    kept_having = conjuncts(without_constraints(previous.having, dropped, previous))
    new = tuple(item.term for item in reading.select)
    select = previous.select if reading.base == "narrow" else new
    if reading.base == "extend":
        select = previous.select + tuple(term for term in new if term not in previous.select)
    ranked = bool(previous.limit or kept_having)
    group = tuple(column_term(column) for column in reading.group)
    if not group and (ranked or reading.base != "swap"):
        group = previous.group_by
    order = _order(reading)
    limit = reading.sort.limit if reading.sort else previous.limit
    update: dict[str, object] = {
        "select": select,
        "distinct": reading.distinct or (previous.distinct and reading.base != "swap"),
        "where": conjunction((*kept_where, *(each for each in where if each not in kept_where))),
        "group_by": group,
        "having": conjunction((*kept_having, *(each for each in having if each not in kept_having))),
        "order_by": order or previous.order_by,
        "limit": limit,
    }
    plan = previous.model_copy(update=update)
    if plan.set_operations and reading.base == "swap":
        plan = plan.model_copy(update={"set_operations": tuple(_reprojected(op, new) for op in plan.set_operations)})
    return _joined_up(plan, previous)


def _joined_up(plan: Plan, previous: Plan) -> Plan:
    """Add the tables that an edit brings; the joins are derived anew when there are such."""
    if all(isinstance(source, TableSource) for source in previous.tables):
        known = tuple(source.table for source in previous.tables if isinstance(source, TableSource))
        tables = _tables(plan, known, first=known)
        if len(tables) > len(previous.tables):
            return plan.model_copy(update={"tables": tables, "joins": None})
    return plan


def _reprojected(operation: SetOperation, select: tuple[Term, ...]) -> SetOperation:
    return operation.model_copy(update={"plan": operation.plan.model_copy(update={"select": select})})


def _order(reading: Reading) -> tuple[Ordering, ...]:
    if reading.sort is None:
        return ()
    return (Ordering(term=reading.sort.item.term, descending=reading.sort.descending),)


def _tables(plan: Plan, more: Iterable[str], first: Iterable[str] = ()) -> tuple[TableSource, ...]:
    """Return a source for every table that a plan's own block names, and for `more`, without repeats."""
    used = (part.table for part in walk_block(plan) if isinstance(part, ColumnTerm) and part.outer == 0)
    return tuple(TableSource(table=table) for table in dict.fromkeys((*first, *used, *more)) if table)


def _split(filters: tuple[Filter, ...]) -> tuple[tuple[Condition, ...], tuple[Condition, ...]]:
    """Return the conditions on rows and those on groups; equalities on one column are alternatives."""
    equal: dict[ColumnRef | None, list[Condition]] = {}
    rest: list[Condition] = []
    for each in filters:
        if each.column and each.operator in ("=", "like"):
            equal.setdefault(each.column, []).append(each.predicate)
        elif each.column:
            rest.append(each.predicate)
    either: list[Condition] = [
        found[0] if len(found) == 1 else Junction(kind="or", conditions=tuple(found)) for found in equal.values()
    ]
    return (*either, *rest), tuple(each.predicate for each in filters if each.column is None)


def _exclusion(reading: Reading, schema: Schema) -> tuple[Condition, ...]:
    """Return `key NOT IN (SELECT key FROM other)` for a reading that leaves out the rows that another table names."""
    for key in schema.foreign_keys:
        if reading.without and key.source.table == reading.without and key.target.table == reading.focus:
            inner = Plan(select=(column_term(key.source),), tables=(TableSource(table=reading.without),), joins=())
            return (Predicate(left=column_term(key.target), operator="not in", right=(SubPlan(plan=inner),)),)
    return ()


def without_constraints(condition: Condition | None, dropped: frozenset[Constraint], plan: Plan) -> Condition | None:
    """Return a condition without the leaves whose constraints are dropped; None where nothing is left."""
    if condition is None or not dropped:
        return condition
    if isinstance(condition, Predicate):
        own = constraints(Plan(where=condition, tables=plan.tables))
        return None if own and set(own) <= dropped else condition
    if isinstance(condition, Negation):
        inner = without_constraints(condition.condition, dropped, plan)
        return None if inner is None else condition.model_copy(update={"condition": inner})
    left = tuple(
        inner for each in condition.conditions if (inner := without_constraints(each, dropped, plan)) is not None
    )
    if len(left) < 2:
        return left[0] if left else None
    return condition.model_copy(update={"conditions": left})
