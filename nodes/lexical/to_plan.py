"""plan_of: the plan that an interpretation stands for, built anew or as an edit of the previous turn's plan."""

from __future__ import annotations

from dataclasses import replace

from nodes.lexical.evidence import Evidence
from nodes.lexical.interpretation import (
    COUNT,
    Interpretation,
    Item,
    order_of,
    split_filters,
    tables_of,
)
from nodes.lexical.plan_edits import counted, edited, nested
from nodes.plan import ColumnTerm, Condition, Plan, Predicate, SetOperation, SubPlan, TableSource
from nodes.plan.traversal import conjunction
from nodes.sql.joins.fill import with_joins
from value_index.schema import Schema


def plan_of(interpretation: Interpretation, evidence: Evidence) -> Plan | None:
    """Return the plan of an interpretation, joins included; None where the previous plan does not allow the edit.

    An edit starts from the previous turn's plan without the constraints that the dialogue state drops.
    """
    if interpretation.base == "fresh" or evidence.previous is None:
        plan = _anew(interpretation, evidence.schema)
    elif interpretation.base == "swap" and _counts_rows(interpretation, evidence):
        plan = counted(evidence.previous)
    elif evidence.previous.set_operations and interpretation.base != "narrow":
        plan = nested(interpretation, evidence.previous)
    else:
        plan = edited(interpretation, evidence.previous, evidence.dropped)
    return with_joins(plan, evidence.schema) if plan else None


def _anew(interpretation: Interpretation, schema: Schema) -> Plan:
    if interpretation.both:
        return _both(interpretation, schema)
    if interpretation.excepting:
        subtracted = _fresh(
            replace(interpretation, filters=(*interpretation.filters, *interpretation.excepting)), schema
        )
        member = SetOperation(operator="except", plan=subtracted)
        return _fresh(interpretation, schema).model_copy(update={"set_operations": (member,)})
    if interpretation.select == (COUNT,) and any(each.column is None for each in interpretation.filters):
        return counted(
            _fresh(
                replace(interpretation, select=tuple(Item(column=column) for column in interpretation.group)), schema
            )
        )
    return _fresh(interpretation, schema)


def _counts_rows(interpretation: Interpretation, evidence: Evidence) -> bool:
    """Whether a count is asked of rows that count(*) beside the previous clauses would count in groups, or in one member."""
    plan = evidence.previous
    plain = interpretation.select == (COUNT,) and not interpretation.filters and not evidence.dropped
    return plain and plan is not None and bool(plan.set_operations or (plan.group_by and plan.having))


def _both(interpretation: Interpretation, schema: Schema) -> Plan:
    """Return an intersection: the rows that meet one of two filters of a column, and those that meet the other."""
    first, second = interpretation.both
    rest = tuple(each for each in interpretation.filters if each not in interpretation.both)
    members = [_fresh(replace(interpretation, filters=(each, *rest)), schema) for each in (first, second)]
    return members[0].model_copy(update={"set_operations": (SetOperation(operator="intersect", plan=members[1]),)})


def _fresh(interpretation: Interpretation, schema: Schema) -> Plan:
    where, having = split_filters(interpretation.filters)
    exclusion = _exclusion(interpretation, schema)
    select = tuple(item.term for item in interpretation.select)
    plan = Plan(
        select=select,
        distinct=interpretation.distinct,
        where=conjunction((*where, *exclusion)),
        group_by=tuple(ColumnTerm.of(column) for column in interpretation.group),
        having=conjunction(having),
        order_by=order_of(interpretation),
        limit=interpretation.sort.limit if interpretation.sort else None,
    )
    return plan.model_copy(update={"tables": tables_of(plan, (interpretation.focus,))})


def _exclusion(interpretation: Interpretation, schema: Schema) -> tuple[Condition, ...]:
    """Return `key NOT IN (SELECT key FROM other)` for an interpretation that leaves out the rows that another table names."""
    for key in schema.foreign_keys:
        if (
            interpretation.without
            and key.source.table == interpretation.without
            and key.target.table == interpretation.focus
        ):
            inner = Plan(
                select=(ColumnTerm.of(key.source),), tables=(TableSource(table=interpretation.without),), joins=()
            )
            return (Predicate(left=ColumnTerm.of(key.target), operator="not in", right=(SubPlan(plan=inner),)),)
    return ()
