"""empty_result: what is wrong with SQL that runs and returns nothing, told by what each of its filters finds alone."""

from __future__ import annotations

from collections.abc import Iterator

from nodes.plan import ROW_COUNT, Condition, Plan
from nodes.plan.render import condition_text
from nodes.plan.traversal import conjuncts
from nodes.prompts.schema_text import one_line
from nodes.sql.errors import SQLError
from nodes.sql.from_plan import from_plan
from nodes.sql.to_plan import to_plan
from value_index.database import Database

DEADLINE = 0.5
"""Seconds for the SQL, and for each filter."""
MOST_FILTERS = 6
LOOKED_AT = 20
"""Rows that say whether a result is empty."""


def empty_result(sql: str, database: Database) -> str:
    """Return what to tell a model whose SQL returns nothing, or nothing but NULL; "" if it returns something or does not run.

    `SELECT name FROM client WHERE town = 'Oslo'`: "It returns no rows. Each filter alone finds: town = 'Oslo': 0 rows".
    """
    result = database.execute(sql, deadline=DEADLINE, max_rows=LOOKED_AT)
    if not result.ok or any(cell is not None for row in result.rows for cell in row):
        return ""
    said = "It returns nothing but NULL." if result.rows else "It returns no rows."
    found = list(_alone(sql, database))
    return f"{said} Each filter alone finds: {'; '.join(found)}" if found else said


def _alone(sql: str, database: Database) -> Iterator[str]:
    """Say how many rows each filter of the outermost query finds by itself."""
    try:
        plan = to_plan(sql, database.schema)
    except SQLError:
        return
    for condition in conjuncts(plan.where)[:MOST_FILTERS]:
        rows = _count(plan, condition, database)
        if rows is not None:
            yield f"{one_line(condition_text(condition))}: {rows} row{'' if rows == 1 else 's'}"


def _count(plan: Plan, condition: Condition, database: Database) -> int | None:
    counted = Plan(select=(ROW_COUNT,), tables=plan.tables, joins=plan.joins, where=condition)
    try:
        result = database.execute(from_plan(counted, database.schema), deadline=DEADLINE, max_rows=1)
    except SQLError:
        return None
    return int(result.rows[0][0]) if result.ok and result.rows else None
