"""plan_of: the plan that a reading stands for, built anew or as an edit of the previous turn's plan."""

from __future__ import annotations

from dataclasses import replace

from nodes.lexical.evidence import Evidence
from nodes.lexical.interpretation import (
    COUNT,
    Item,
    Reading,
)
from nodes.lexical.plan_edits import counted, edited, nested
from nodes.lexical.reading_clauses import order_of, split_filters, tables_of
from nodes.plan import ColumnTerm, Condition, Plan, Predicate, SetOperation, SubPlan, TableSource
from nodes.plan.traversal import conjunction
from nodes.sql.joins.fill import with_joins
from value_index.schema import Schema


def plan_of(reading: Reading, evidence: Evidence) -> Plan | None:
    """Return the plan of a reading, joins included; None where the previous plan does not allow the edit.

    An edit starts from the previous turn's plan without the constraints that the dialogue state drops.
    """
    if reading.base == "fresh" or evidence.previous is None:
        plan = _anew(reading, evidence.schema)
    elif reading.base == "swap" and _counts_rows(reading, evidence):
        plan = counted(evidence.previous)
    elif evidence.previous.set_operations and reading.base != "narrow":
        plan = nested(reading, evidence.previous)
    else:
        plan = edited(reading, evidence.previous, evidence.dropped)
    return with_joins(plan, evidence.schema) if plan else None


def _anew(reading: Reading, schema: Schema) -> Plan:
    if reading.both:
        return _both(reading, schema)
    if reading.excepting:
        subtracted = _fresh(replace(reading, filters=(*reading.filters, *reading.excepting)), schema)
        member = SetOperation(operator="except", plan=subtracted)
        return _fresh(reading, schema).model_copy(update={"set_operations": (member,)})
    if reading.select == (COUNT,) and any(each.column is None for each in reading.filters):
        return counted(_fresh(replace(reading, select=tuple(Item(column=column) for column in reading.group)), schema))
    return _fresh(reading, schema)


def _counts_rows(reading: Reading, evidence: Evidence) -> bool:
    """Whether a count is asked of rows that count(*) beside the previous clauses would count in groups, or in one member."""
    plan = evidence.previous
    plain = reading.select == (COUNT,) and not reading.filters and not evidence.dropped
    return plain and plan is not None and bool(plan.set_operations or (plan.group_by and plan.having))


def _both(reading: Reading, schema: Schema) -> Plan:
    """Return an intersection: the rows that meet one of two filters of a column, and those that meet the other."""
    first, second = reading.both
    rest = tuple(each for each in reading.filters if each not in reading.both)
    members = [_fresh(replace(reading, filters=(each, *rest)), schema) for each in (first, second)]
    return members[0].model_copy(update={"set_operations": (SetOperation(operator="intersect", plan=members[1]),)})


def _fresh(reading: Reading, schema: Schema) -> Plan:
    where, having = split_filters(reading.filters)
    exclusion = _exclusion(reading, schema)
    select = tuple(item.term for item in reading.select)
    plan = Plan(
        select=select,
        distinct=reading.distinct,
        where=conjunction((*where, *exclusion)),
        group_by=tuple(ColumnTerm.of(column) for column in reading.group),
        having=conjunction(having),
        order_by=order_of(reading),
        limit=reading.sort.limit if reading.sort else None,
    )
    return plan.model_copy(update={"tables": tables_of(plan, (reading.focus,))})


def _exclusion(reading: Reading, schema: Schema) -> tuple[Condition, ...]:
    """Return `key NOT IN (SELECT key FROM other)` for a reading that leaves out the rows that another table names."""
    for key in schema.foreign_keys:
        if reading.without and key.source.table == reading.without and key.target.table == reading.focus:
            inner = Plan(select=(ColumnTerm.of(key.source),), tables=(TableSource(table=reading.without),), joins=())
            return (Predicate(left=ColumnTerm.of(key.target), operator="not in", right=(SubPlan(plan=inner),)),)
    return ()
