"""Candidates through a row: the mention names a row of one table, and other tables hold that row's key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from value_index.database import Database
from value_index.grounding.candidate import Candidate, ColumnFacts
from value_index.schema import ColumnRef, ForeignKey, limited, quoted, quoted_text

MAX_LINKS = 12
"""Foreign keys followed from one candidate."""
DEADLINE_SECONDS = 0.5


def linked_candidates(
    candidate: Candidate, database: Database, facts: Mapping[ColumnRef, ColumnFacts]
) -> Iterator[Candidate]:
    """Yield the columns that refer to the row which a text candidate names, with the key of that row.

    "France" is the country.name of the row whose country.code is 'FR', and airline.country_code holds that code: so
    airline.country_code = 'FR', via country.name. A text that names several rows names none.
    """
    own = candidate.column.ref
    if candidate.kind == "via_row" or not isinstance(candidate.value, str):
        return
    by_target: dict[ColumnRef, list[ForeignKey]] = {}
    for key in database.schema.foreign_keys:
        if key.target.table == own.table and key.target != own and key.source != own:
            by_target.setdefault(key.target, []).append(key)
    for target, keys in by_target.items():
        value = _key_of_row(database, own, candidate.value, target)
        if value is None:
            continue
        for key in keys[:MAX_LINKS]:
            if key.source in facts:
                yield replace(candidate, column=facts[key.source], value=value, kind="via_row", via=own)


def _key_of_row(database: Database, column: ColumnRef, value: str, key: ColumnRef) -> str | int | float | None:
    dialect = database.schema.dialect
    found, table, name = (quoted(each, dialect) for each in (key.column, column.table, column.column))
    sql = limited(f"SELECT DISTINCT {found} FROM {table} WHERE {name} = {quoted_text(value, dialect)}", 2, dialect)
    rows = database.execute(sql, deadline=DEADLINE_SECONDS).rows
    cell = rows[0][0] if len(rows) == 1 else None
    return cell if isinstance(cell, (str, int, float)) else None
