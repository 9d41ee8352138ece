"""Rows chosen before: what a count, a rank or a LIMIT left, restated by its keys so that other tables may join it; the rows that a plan tells of."""

from __future__ import annotations

from nodes.coverage.demand import Demand
from nodes.coverage.edits.following.shown_rows import cuts_inside_in
from nodes.coverage.rows import row_key
from nodes.plan import ColumnTerm, Condition, Plan, Predicate, SubPlan, TableSource
from nodes.plan.sources import source_tables
from nodes.plan.traversal import columns, conjunction, conjuncts
from value_index.schema import Schema, Table


def restated(plan: Plan, demand: Demand) -> Plan | None:
    """Return the units of groups that a HAVING or a LIMIT chose, grouped by their key; None where they are no rows or values of one table.

    `SELECT name FROM artist JOIN album ... GROUP BY artist_id HAVING count(*) > 9` becomes
    `SELECT name FROM artist WHERE artist_id IN (SELECT artist_id ... HAVING count(*) > 9) GROUP BY artist_id`.
    """
    shown = tuple(term for term in plan.select if isinstance(term, ColumnTerm))
    cut = plan.limit is not None
    if not (cut or plan.having is not None) or not shown or len(plan.group_by) != 1:
        return None
    if cut and not (plan.order_by and (plan.limit == 1 or cuts_inside_in(demand.schema))):
        return None
    if len({term.table for term in shown}) != 1 or any(term.occurrence for term in shown):
        return None
    group = plan.group_by[0]
    if not isinstance(group, ColumnTerm):
        return None
    key = row_key(shown[0], demand.schema)
    partners = {key.ref, *demand.inquiry.key_partners(key.ref)}
    own = group if group.table == shown[0].table and group.ref != key.ref else key
    if group.ref not in partners and group != own:
        return None
    order = plan.order_by if cut else ()
    inner = plan.model_copy(update={"select": (group,), "order_by": order, "distinct": False})
    chosen = Predicate(left=own, operator="=" if plan.limit == 1 else "in", right=(SubPlan(plan=inner),))
    tables = (TableSource(table=shown[0].table),)
    return Plan(select=shown, tables=tables, joins=(), where=conjunction((chosen,)), group_by=(own,))


def rows_left(plan: Plan, demand: Demand) -> Plan | None:
    """Return the rows of one table that an order and a LIMIT left, grouped by their key; None where they are none.

    `SELECT label FROM ferry ORDER BY tons DESC LIMIT 3` becomes
    `SELECT label FROM ferry WHERE ferry_id IN (SELECT ferry_id FROM ferry ORDER BY tons DESC LIMIT 3) GROUP BY ferry_id`.
    """
    shown = tuple(term for term in plan.select if isinstance(term, ColumnTerm))
    if plan.limit is None or not plan.order_by or plan.group_by or not shown or len(shown) < len(plan.select):
        return None
    if (plan.limit != 1 and not cuts_inside_in(demand.schema)) or len({term.table for term in shown}) != 1:
        return None
    key, table = row_key(shown[0], demand.schema), demand.schema.table(shown[0].table)
    if any(term.occurrence for term in shown) or table is None or table.key != key.ref:
        return None
    inner = plan.model_copy(update={"select": (key,), "distinct": False})
    chosen = Predicate(left=key, operator="=" if plan.limit == 1 else "in", right=(SubPlan(plan=inner),))
    tables = (TableSource(table=shown[0].table),)
    return Plan(select=shown, tables=tables, joins=(), where=conjunction((chosen,)), group_by=(key,))


def of_deed(before: Plan, deed: Table) -> tuple[Condition, ...]:
    """Return the conditions under which the rows of a deed were counted: the hires of 2022 of those who hired often in 2022."""
    return tuple(
        each
        for each in conjuncts(before.where)
        if all(term.table == deed.name and not term.occurrence for term in columns(each))
    )


def rows_told(plan: Plan, schema: Schema) -> str | None:
    """Return the table whose rows a plan tells of: the only one that no other of its tables leads to."""
    names = source_tables(plan)
    led = {k.target.table for k in schema.foreign_keys if k.source.table in names and k.target.table != k.source.table}
    lowest = [name for name in dict.fromkeys(names) if name not in led]
    return lowest[0] if len(lowest) == 1 else None
