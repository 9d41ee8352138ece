"""The same table read twice, each row beside the one that its key leads to: an employee and the manager."""

from __future__ import annotations

from nodes.plan import ColumnTerm, Join, JoinKind, Plan, Predicate, TableSource
from value_index.schema import ColumnRef, ForeignKey


def with_other_row(key: ForeignKey, kind: JoinKind = "inner") -> Plan:
    """Return `employee AS e JOIN employee AS m ON e.manager_id = m.id`, of which nothing is shown yet."""
    on = Predicate(left=ColumnTerm.of(key.source), operator="=", right=(of_other_row(key.target),))
    source = TableSource(table=key.source.table)
    return Plan(tables=(source, source), joins=(Join(kind=kind, on=on),))


def of_other_row(ref: ColumnRef) -> ColumnTerm:
    """Return a column of the row that the key leads to."""
    return ColumnTerm(table=ref.table, column=ref.column, occurrence=1)
