"""stored_codes: the few values of a column by what they are written as."""

from __future__ import annotations

from value_index.database import Database
from value_index.matches import StoredValue
from value_index.schema import ColumnRef

MOST_CODES = 500
"""A column of more values holds names, not codes."""


def stored_codes(column: ColumnRef, database: Database) -> dict[str, StoredValue]:
    """Return a column's values under their text, case aside."""
    values = database.distinct(column, MOST_CODES)
    return {str(value).casefold(): value for value in values if isinstance(value, str | int | float)}
