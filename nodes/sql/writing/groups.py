"""Groups as strict engines want them: what stands bare hangs on the group's key, what sorts DISTINCT rows is of a group."""

from __future__ import annotations

from nodes.plan import Aggregate, ColumnTerm, DerivedTerm, Plan
from nodes.plan.traversal import walk_block
from nodes.sql.writing.outputs import expanded
from value_index.schema import Schema


def distinct_as_groups(plan: Plan, schema: Schema) -> Plan:
    """Return a plan of DISTINCT rows that is sorted by something else as one of groups; any other as it is."""
    if not plan.distinct or plan.group_by or plan.having is not None or plan.set_operations or not plan.order_by:
        return plan
    shown = expanded(plan, schema)
    terms = (*plan.select, *(item.term for item in plan.order_by))
    if any(isinstance(part, Aggregate) for term in terms for part in walk_block(term)):
        return plan
    if all(item.term in shown for item in plan.order_by):
        return plan
    return plan.model_copy(update={"distinct": False, "group_by": shown})


def depends_on_groups(term: ColumnTerm | DerivedTerm, plan: Plan, schema: Schema) -> bool:
    """Tell whether a block is grouped by the whole primary key of the table that a column is of."""
    table = schema.table(term.table) if isinstance(term, ColumnTerm) else None
    if table is None or not isinstance(term, ColumnTerm) or not table.primary_key:
        return False
    keys = {name.lower() for name in table.primary_key}
    grouped = {
        each.column.lower()
        for each in plan.group_by
        if isinstance(each, ColumnTerm)
        and (each.table.lower(), each.occurrence, each.outer) == (term.table.lower(), term.occurrence, term.outer)
    }
    return keys <= grouped
