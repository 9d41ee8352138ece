"""A Schema read from a SQLite file."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Mapping

from value_index.schema import Column, ColumnKind, ColumnRef, ForeignKey, Schema, Table
from value_index.sqlite.natural_names import NaturalNames, split_identifier

_BOOLEAN = re.compile(r"\bbool|\bbit\b", re.IGNORECASE)
_TIME = re.compile(r"date|time|\byear\b", re.IGNORECASE)
_NUMBER = re.compile(r"int|real|floa|doub|num|dec|money|serial", re.IGNORECASE)
_TEXT = re.compile(r"char|clob|text|string|enum|\bset\b|uuid|json", re.IGNORECASE)


def column_kind(declared_type: str) -> ColumnKind:
    """Say what a declared type means: the usual date and boolean words first, then SQLite's affinity rules.

    >>> column_kind("VARCHAR(20)"), column_kind("timestamp"), column_kind("NUMERIC(8,2)"), column_kind("BLOB")
    ('text', 'time', 'number', 'other')
    """
    patterns: tuple[tuple[re.Pattern[str], ColumnKind], ...] = (
        (_BOOLEAN, "boolean"),
        (_TIME, "time"),
        (_TEXT, "text"),
        (_NUMBER, "number"),
    )
    for pattern, kind in patterns:
        if pattern.search(declared_type):
            return kind
    return "other"


def reflect(connection: sqlite3.Connection, database_id: str, names: NaturalNames | None = None) -> Schema:
    """Read tables, views, columns and keys; `names` adds natural names and the keys that the file lacks."""
    found = connection.execute(
        "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
        " ORDER BY rowid"
    ).fetchall()
    tables = [_table(connection, name, names) for (name,) in found]
    schema = Schema(database_id=database_id, tables=tuple(table for table in tables if table.columns))
    declared = [pair for table in schema.tables for pair in _declared_keys(connection, schema, table)]
    given = names.foreign_keys if names else ()
    return schema.model_copy(update={"foreign_keys": _foreign_keys(schema, [*declared, *given])})


def quoted(name: str) -> str:
    """Quote an identifier for SQLite."""
    return '"' + name.replace('"', '""') + '"'


def _table(connection: sqlite3.Connection, name: str, names: NaturalNames | None) -> Table:
    try:
        rows = connection.execute(f"PRAGMA table_xinfo({quoted(name)})").fetchall()
    except sqlite3.DatabaseError:
        rows = []  # a view whose table is gone, or a virtual table whose module is not here: unreadable, so left out
    columns: Mapping[tuple[str, str], str] = names.columns if names else {}
    natural = names.tables.get(name.lower()) if names else None
    declared = [(position, column) for _, column, _, _, _, position, _ in rows if position]
    given = [key for table, key in (names.primary_keys if names else ()) if table == name.lower()]
    return Table(
        name=name,
        natural_name=natural or split_identifier(name),
        columns=tuple(
            Column(
                name=column,
                natural_name=columns.get((name.lower(), column.lower())) or split_identifier(column),
                declared_type=declared_type or "",
                kind=column_kind(declared_type or ""),
                not_null=bool(not_null),
            )
            for _, column, declared_type, not_null, _, _, hidden in rows
            if hidden != 1
        ),
        primary_key=tuple(column for _, column in sorted(declared))
        or tuple(row[1] for row in rows if row[1].lower() in given),
    )


def _declared_keys(
    connection: sqlite3.Connection, schema: Schema, table: Table
) -> Iterable[tuple[tuple[str, str], tuple[str, str]]]:
    rows = connection.execute(f"PRAGMA foreign_key_list({quoted(table.name)})").fetchall()
    for _, position, target, source_column, target_column, *_ in sorted(rows, key=lambda row: (row[0], row[1])):
        referred = schema.table(target)
        if target_column is None and referred and position < len(referred.primary_key):
            target_column = referred.primary_key[position]  # REFERENCES t: the key of t
        if target_column is not None:
            yield (table.name, source_column), (target, target_column)


def _foreign_keys(schema: Schema, pairs: Iterable[tuple[tuple[str, str], tuple[str, str]]]) -> tuple[ForeignKey, ...]:
    keys: dict[tuple[ColumnRef, ColumnRef], ForeignKey] = {}
    for source, target in pairs:
        left, right = schema.column(*source), schema.column(*target)
        if left and right and left != right and (right, left) not in keys:
            keys.setdefault((left, right), ForeignKey(source=left, target=right))
    return tuple(keys.values())
