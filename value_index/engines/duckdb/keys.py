"""Keys of data files, which declare none: found by names, and held against the values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pydantic import Field

from value_index.models import FrozenModel
from value_index.schema import quoted

if TYPE_CHECKING:
    import duckdb

End = tuple[str, str]
"""Table and column."""
MOST_TRIED = 200
"""Pairs of columns whose values are compared."""


class Keys(FrozenModel):
    """Keys that no statement declares."""

    primary: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Table to the column that tells its rows apart."""
    foreign: tuple[tuple[End, End], ...] = ()
    """Referring and referred column."""


def find_keys(connection: duckdb.DuckDBPyConnection) -> Keys:
    """Find the columns that tell rows apart, and those of other tables that hold nothing but their values."""
    rows = connection.execute(
        "SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE NOT internal ORDER BY table_oid, column_index"
    ).fetchall()
    tables: dict[str, list[tuple[str, str]]] = {}
    for table, column, declared in rows:
        tables.setdefault(table, []).append((column, declared))
    primary = {table: (key,) for table, columns in tables.items() if (key := _own_key(connection, table, columns))}
    foreign = [
        (source, target)
        for source, target in list(_named_alike(tables, primary))[:MOST_TRIED]
        if _holds(connection, source, target)
    ]
    return Keys(primary=primary, foreign=tuple(foreign))


def _own_key(connection: duckdb.DuckDBPyConnection, table: str, columns: list[tuple[str, str]]) -> str:
    """Return the first column that is named as a key and holds each value once; "" if there is none."""
    own = {f"{form}{joint}id" for form in _forms(table) for joint in ("", "_")} | {"id", "key", "code"}
    for position, (column, _) in enumerate(columns):
        named = column.lower() in own or (position == 0 and column.lower().endswith(("id", "key", "code", "no")))
        if named and _is_unique(connection, table, column):
            return column
    return ""


def _named_alike(
    tables: dict[str, list[tuple[str, str]]], primary: dict[str, tuple[str, ...]]
) -> Iterator[tuple[End, End]]:
    """Yield the columns that by name refer to another table's key: `customer_id` to `customers.id` or `.customer_id`."""
    for target, (key,) in primary.items():
        kind = dict(tables[target])[key]
        names = {f"{form}{joint}{key}".lower() for form in _forms(target) for joint in ("", "_")} | set(_forms(target))
        if key.lower() not in ("id", "key", "code", "no"):
            names.add(key.lower())
        for source, columns in tables.items():
            for column, declared in columns:
                own = source == target or (column,) == primary.get(source)
                if not own and column.lower() in names and (declared == kind or ("INT" in declared and "INT" in kind)):
                    yield (source, column), (target, key)


def _forms(table: str) -> tuple[str, ...]:
    """Return a table's name in the plural and in the singular."""
    name = table.lower()
    shorter = (name[:-3] + "y",) if name.endswith("ies") else (name[:-2], name[:-1]) if name.endswith("es") else ()
    return (name, *shorter, *((name[:-1],) if name.endswith("s") else ()))


def _is_unique(connection: duckdb.DuckDBPyConnection, table: str, column: str) -> bool:
    name = quoted(column)
    row = connection.execute(f"SELECT count(*), count(DISTINCT {name}) FROM {quoted(table)}").fetchone()
    return bool(row and row[0] and row[0] == row[1])


def _holds(connection: duckdb.DuckDBPyConnection, source: End, target: End) -> bool:
    column, key = quoted(source[1]), quoted(target[1])
    row = connection.execute(
        f"SELECT count(*), count({column}) FROM {quoted(source[0])} AS s WHERE {column} IS NOT NULL"
        f" AND NOT EXISTS (SELECT 1 FROM {quoted(target[0])} AS t WHERE t.{key} = s.{column})"
    ).fetchone()
    return bool(row and row[0] == 0)
