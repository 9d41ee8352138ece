"""plan_of: the plan that a reading stands for, built anew or as an edit of the previous turn's plan."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from nodes.constraints import constraints
from nodes.evidence import Evidence
from nodes.plan import (
    ColumnTerm,
    Condition,
    Junction,
    Negation,
    Ordering,
    Plan,
    PlanSource,
    Predicate,
    SetOperation,
    SubPlan,
    TableSource,
)
from nodes.reading import COUNT, Filter, Item, Reading, column_term
from nodes.sql.joins import with_joins
from nodes.state import Constraint
from nodes.walk import conjunction, conjuncts, walk_block
from value_index.schema import ColumnRef, Schema


def plan_of(reading: Reading, evidence: Evidence) -> Plan | None:
    """Return the plan of a reading, joins included; None where the previous plan does not allow the edit.

    An edit starts from the previous turn's plan without the constraints that the dialogue state drops.
    """
    if reading.base == "fresh" or evidence.previous is None:
        plan = _anew(reading, evidence.schema)
    elif reading.base == "swap" and _counts_rows(reading, evidence):
        plan = _counted(evidence.previous)
    elif evidence.previous.set_operations and reading.base != "narrow":
        plan = _nested(reading, evidence.previous)
    else:
        plan = _edited(reading, evidence.previous, evidence.dropped)
    return with_joins(plan, evidence.schema) if plan else None


def _anew(reading: Reading, schema: Schema) -> Plan:
    if reading.both:
        return _both(reading, schema)
    if reading.excepting:
        subtracted = _fresh(replace(reading, filters=(*reading.filters, *reading.excepting)), schema)
        member = SetOperation(operator="except", plan=subtracted)
        return _fresh(reading, schema).model_copy(update={"set_operations": (member,)})
    if reading.select == (COUNT,) and any(each.column is None for each in reading.filters):
        return _counted(_fresh(replace(reading, select=tuple(Item(column=column) for column in reading.group)), schema))
    return _fresh(reading, schema)


def _counts_rows(reading: Reading, evidence: Evidence) -> bool:
    """Whether a count is asked of rows that count(*) beside the previous clauses would count in groups, or in one member."""
    plan = evidence.previous
    plain = reading.select == (COUNT,) and not reading.filters and not evidence.dropped
    return plain and plan is not None and bool(plan.set_operations or (plan.group_by and plan.having))


def _counted(plan: Plan) -> Plan:
    """Return the count of a plan's rows."""
    inner = plan.model_copy(update={"order_by": ()} if plan.limit is None else {})
    return Plan(select=(COUNT.term,), tables=(PlanSource(plan=inner),), joins=())


def _both(reading: Reading, schema: Schema) -> Plan:
    """Return an intersection: the rows that meet one of two filters of a column, and those that meet the other."""
    first, second = reading.both
    rest = tuple(each for each in reading.filters if each not in reading.both)
    members = [_fresh(replace(reading, filters=(each, *rest)), schema) for each in (first, second)]
    return members[0].model_copy(update={"set_operations": (SetOperation(operator="intersect", plan=members[1]),)})


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


def _edited(reading: Reading, previous: Plan, dropped: frozenset[Constraint]) -> Plan | None:
    where, having = _split(reading.filters)
    kept_where = conjuncts(without_constraints(previous.where, dropped, previous))
    kept_having = conjuncts(without_constraints(previous.having, dropped, previous))
    new = tuple(item.term for item in reading.select)
    select = previous.select if reading.base == "narrow" else new
    if reading.base == "extend":
        select = previous.select + tuple(term for term in new if term not in previous.select)
    group = tuple(column_term(column) for column in reading.group)
    summed = reading.base == "swap" and not group and all(item.function for item in reading.select)
    ranked = bool(previous.limit or kept_having) and not summed
    if not group and (ranked or reading.base != "swap"):
        group = previous.group_by
    order = _order(reading) or (() if summed else previous.order_by)
    limit = reading.sort.limit if reading.sort else None if summed else previous.limit
    update: dict[str, object] = {
        "select": select,
        "distinct": reading.distinct or (previous.distinct and reading.base != "swap"),
        "where": conjunction((*kept_where, *(each for each in where if each not in kept_where))),
        "group_by": group,
        "having": conjunction((*kept_having, *(each for each in having if each not in kept_having))),
        "order_by": order,
        "limit": limit,
    }
    more = (reading.focus,) if reading.select and not any(item.column for item in reading.select) else ()
    return _joined_up(previous.model_copy(update=update), previous, more)


def _joined_up(plan: Plan, previous: Plan, more: tuple[str, ...]) -> Plan | None:
    """Add the tables that an edit brings; the joins are derived anew when there are such."""
    known = {source.table for source in previous.tables if isinstance(source, TableSource)}
    new = tuple(source for source in _tables(plan, more) if source.table not in known)
    if not new:
        return plan
    if len(known) < len(previous.tables) or plan.set_operations:
        return None
    return plan.model_copy(update={"tables": (*previous.tables, *new), "joins": None})


def _nested(reading: Reading, previous: Plan) -> Plan | None:
    """Ask about the rows of a set operation: `... WHERE name IN (SELECT name ... EXCEPT ...)`."""
    if len(previous.select) != 1 or not isinstance(shown := previous.select[0], ColumnTerm):
        return None
    where, having = _split(reading.filters)
    inner = previous.model_copy(update={"order_by": (), "limit": None})
    added = tuple(item.term for item in reading.select)
    plan = Plan(
        select=(shown, *added) if reading.base == "extend" else added,
        distinct=reading.distinct,
        where=conjunction((Predicate(left=shown, operator="in", right=(SubPlan(plan=inner),)), *where)),
        group_by=tuple(column_term(column) for column in reading.group),
        having=conjunction(having),
        order_by=_order(reading),
        limit=reading.sort.limit if reading.sort else None,
    )
    return plan.model_copy(update={"tables": _tables(plan, (shown.table,))})


def _order(reading: Reading) -> tuple[Ordering, ...]:
    if reading.sort is None:
        return ()
    return (Ordering(term=reading.sort.item.term, descending=reading.sort.descending),)


def _tables(plan: Plan, more: Iterable[str]) -> tuple[TableSource, ...]:
    """Return a source for every table that a plan's own block names, and for `more`, without repeats."""
    used = (part.table for part in walk_block(plan) if isinstance(part, ColumnTerm) and part.outer == 0)
    return tuple(TableSource(table=table) for table in dict.fromkeys((*used, *more)) if table)


def _split(filters: tuple[Filter, ...]) -> tuple[tuple[Condition, ...], tuple[Condition, ...]]:
    """Return the conditions on rows and those on groups; equalities on one column are alternatives."""
    equal: dict[ColumnRef | None, list[Condition]] = {}
    rest: list[Condition] = []
    for each in _ranges(filters):
        if each.column and each.operator in ("=", "like"):
            equal.setdefault(each.column, []).append(each.predicate)
        elif each.column:
            rest.append(each.predicate)
    either: list[Condition] = [
        found[0] if len(found) == 1 else Junction(kind="or", conditions=tuple(found)) for found in equal.values()
    ]
    return (*either, *rest), tuple(each.predicate for each in filters if each.column is None)


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
