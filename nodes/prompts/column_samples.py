"""column_sample: what a prompt shows of what a database stores in a column."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from nodes.plan.render import literal_text
from nodes.prompts.schema_text import one_line
from nodes.sql.writing.quoting import identifier
from value_index.database import Database
from value_index.schema import Column, ColumnRef

DEADLINE = 0.5
"""Seconds for one column; of a slower one nothing is shown."""
LONGEST = 40
"""Characters of a value: longer ones say nothing of how to compare."""
LOOKED_AT = 60
"""Values among which those to show are looked for."""

_KEPT: WeakKeyDictionary[Database, dict[tuple[ColumnRef, int], str]] = WeakKeyDictionary()


def column_sample(database: Database, table: str, column: Column, most: int) -> str:
    """Return values of a text column, the range of another, "" if there is nothing to show; read once for a database.

    `'Berlin', 'Oslo'` for a town, `3 to 812` for a size.
    """
    ref, kept = ColumnRef(table=table, column=column.name), _KEPT.setdefault(database, {})
    if (ref, most) not in kept:
        kept[ref, most] = one_line(_values(database, ref, most) if column.kind == "text" else _range(database, ref))
    return kept[ref, most]


def _values(database: Database, ref: ColumnRef, most: int) -> str:
    found = database.distinct(ref, LOOKED_AT, deadline=DEADLINE)
    short = [value for value in found if isinstance(value, str) and 0 < len(value) <= LONGEST]
    return ", ".join(literal_text(value) for value in short[:most])


def _range(database: Database, ref: ColumnRef) -> str:
    column, table = (identifier(name, database.schema.dialect) for name in (ref.column, ref.table))
    result = database.execute(f"SELECT min({column}), max({column}) FROM {table}", deadline=DEADLINE, max_rows=1)
    low, high = result.rows[0] if result.ok and result.rows else (None, None)
    if low is None or any(isinstance(end, bytes) or len(str(end)) > LONGEST for end in (low, high)):
        return ""
    return literal_text(low) if low == high else f"{literal_text(low)} to {literal_text(high)}"
