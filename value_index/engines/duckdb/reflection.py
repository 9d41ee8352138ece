"""A Schema read from a DuckDB file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from value_index.engines.duckdb.source import DataFiles, DuckDBFile
from value_index.schema import Column, ColumnKind, ColumnRef, ForeignKey, Schema, Table
from value_index.text.natural_names import split_identifier

if TYPE_CHECKING:
    import duckdb

_KINDS: tuple[tuple[str, ColumnKind], ...] = (
    (r"VARCHAR|CHAR|TEXT|STRING|UUID|ENUM.*", "text"),
    (r"U?(?:TINY|SMALL|BIG|HUGE)?INT(?:EGER)?|DECIMAL.*|NUMERIC.*|FLOAT|DOUBLE|REAL|BIGNUM|VARINT", "number"),
    (r"DATE|TIME.*", "time"),
    (r"BOOLEAN", "boolean"),
)


def column_kind(declared_type: str) -> ColumnKind:
    """Say what a type of DuckDB means; lists, structs, maps, intervals and blobs are `other`.

    >>> column_kind("DECIMAL(10,2)"), column_kind("ENUM('a', 'b')"), column_kind("INTEGER[]"), column_kind("UHUGEINT")
    ('number', 'text', 'other', 'number')
    """
    if declared_type.endswith("]"):
        return "other"
    for form, kind in _KINDS:
        if re.fullmatch(form, declared_type, re.IGNORECASE):
            return kind
    return "other"


def reflect(connection: duckdb.DuckDBPyConnection, source: DuckDBFile | DataFiles) -> tuple[Schema, tuple[str, ...]]:
    """Read tables, views, columns and keys of every schema; the second of two tables of one name is left out."""
    views = {tuple(row) for row in connection.execute(
        "SELECT schema_name, view_name FROM duckdb_views() WHERE NOT internal").fetchall()}  # fmt: skip
    rows = connection.execute(
        "SELECT schema_name, table_name, column_name, data_type, is_nullable, comment FROM duckdb_columns()"
        " WHERE NOT internal AND database_name = current_database()"
        " ORDER BY schema_name <> 'main', schema_name, table_oid, column_index"
    ).fetchall()
    constraints = connection.execute(
        "SELECT schema_name, table_name, constraint_type, constraint_column_names, referenced_table,"
        " referenced_column_names FROM duckdb_constraints() WHERE database_name = current_database()"
    ).fetchall()
    source.search_path = tuple(dict.fromkeys(("main", *(row[0] for row in rows))))
    homes: dict[str, tuple[str, str]] = {}
    columns: dict[tuple[str, str], list[Column]] = {}
    said = connection.execute(
        "SELECT schema_name, table_name, comment FROM duckdb_tables() WHERE comment IS NOT NULL UNION ALL"
        " SELECT schema_name, view_name, comment FROM duckdb_views() WHERE comment IS NOT NULL AND NOT internal"
    ).fetchall()
    comments = {(schema, table): str(comment) for schema, table, comment in said}
    for schema, table, column, declared, nullable, comment in rows:
        homes.setdefault(table.lower(), (schema, table))
        columns.setdefault((schema, table), []).append(
            Column(
                name=column, natural_name=split_identifier(column), declared_type=declared,
                kind=column_kind(declared), not_null=not nullable,
                comment=comment or "",
            )
        )  # fmt: skip
    primary = {(row[0], row[1]): tuple(row[3]) for row in constraints if row[2] == "PRIMARY KEY"}
    keys = source.keys()
    tables = tuple(
        Table(
            name=home[1], natural_name=split_identifier(home[1]), columns=tuple(columns[home]),
            primary_key=primary.get(home) or keys.primary.get(home[1], ()), is_view=home in views,
            comment=comments.get(home, ""),
        )
        for home in homes.values()
    )  # fmt: skip
    found = Schema(database_id=source.name, tables=tables, dialect="duckdb")
    pairs = [
        ((row[1], left), (row[4], right))
        for row in constraints
        if row[2] == "FOREIGN KEY" and homes.get(row[1].lower()) == (row[0], row[1])
        for left, right in zip(row[3], row[5], strict=False)
    ]
    hidden = [
        f"{'.'.join(home)!r} is hidden by another table of its name" for home in columns if home not in homes.values()
    ]
    return found.model_copy(update={"foreign_keys": _keys(found, [*pairs, *keys.foreign])}), tuple(hidden)


def _keys(schema: Schema, pairs: list[tuple[tuple[str, str], tuple[str, str]]]) -> tuple[ForeignKey, ...]:
    found: dict[tuple[ColumnRef, ColumnRef], ForeignKey] = {}
    for left, right in pairs:
        source, target = schema.column(*left), schema.column(*right)
        if source and target and source != target:
            found.setdefault((source, target), ForeignKey(source=source, target=target))
    return tuple(found.values())
