"""asked_average_counts: how many rows of one table there are for each row of another, on average."""

from __future__ import annotations

from collections.abc import Iterator

from nodes.coverage.demand import Demand
from nodes.coverage.edits.joining import with_table
from nodes.plan import ROW_COUNT, Aggregate, Arithmetic, ColumnTerm, LiteralTerm, Plan
from nodes.plan.sources import reads_tables_only


def asked_average_counts(plan: Plan, demand: Demand) -> Iterator[Plan]:
    """Yield the quotient of the rows and of what they are counted for.

    "Average number of members per club": `SELECT 1.0 * count(*) / count(DISTINCT member.club_id) FROM member`.
    """
    asked = demand.tables_averaged
    plain = not plan.set_operations and reads_tables_only(plan)
    if asked is None or not plain or not plan.tables:
        return
    key = next(
        (k.source for k in demand.schema.foreign_keys if k.source.table == asked[0] and k.target.table == asked[1]),
        None,
    )
    table = demand.schema.table(asked[1])
    joined = with_table(plan, asked[0], demand.schema)
    if key is None and joined is not None and table is not None and table.key is not None:
        joined = with_table(joined, asked[1], demand.schema)
        unit = ColumnTerm.of(table.key)
    elif key is not None:
        unit = ColumnTerm.of(key)
    else:
        return
    if joined is None:
        return
    rows = Arithmetic(operator="*", left=LiteralTerm(value=1.0), right=ROW_COUNT)
    units = Aggregate(function="count", argument=unit, distinct=True)
    bare = {"group_by": (), "having": None, "order_by": (), "limit": None, "distinct": False}
    yield joined.model_copy(update={"select": (Arithmetic(operator="/", left=rows, right=units),), **bare})
