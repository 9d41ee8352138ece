"""A Schema read from a SQLite file."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any

from value_index.engines.sqlite.virtual_tables import FULL_TEXT, virtual_tables
from value_index.errors import FILE_FAULTS, is_machine_fault
from value_index.schema import Column, ColumnKind, ColumnRef, ForeignKey, OmittedTable, Schema, Table, quoted
from value_index.text.natural_names import NaturalNames, split_identifier

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
    found: list[tuple[str, str]] = connection.execute(
        "SELECT name, type FROM sqlite_master WHERE type IN ('table', 'view')"
        " AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY rowid"
    ).fetchall()
    virtual = virtual_tables(connection)
    texts = {table.name for table in virtual if table.module in FULL_TEXT}
    inner = frozenset[str]().union(*(table.shadows for table in virtual))
    tables: list[Table] = []
    omitted = [OmittedTable(name=name, reason="") for name, _ in found if name.lower() in inner]
    for name, kind in found:
        if name.lower() in inner:
            continue
        try:
            rows = connection.execute(f"PRAGMA table_xinfo({quoted(name)})").fetchall()
        except FILE_FAULTS as error:
            if is_machine_fault(error):
                raise
            omitted.append(OmittedTable(name=name, reason=" ".join(str(error).split())))
            continue
        table = _table(name, rows, names, untyped="text" if name in texts else "other")
        tables.append(table.model_copy(update={"is_view": kind == "view"}))
    schema = Schema(
        database_id=database_id, tables=tuple(table for table in tables if table.columns), omitted=tuple(omitted)
    )
    declared = [pair for table in schema.tables for pair in _declared_keys(connection, schema, table)]
    given = names.foreign_keys if names else ()
    return schema.model_copy(update={"foreign_keys": _foreign_keys(schema, [*declared, *given])})


def _table(name: str, rows: list[tuple[Any, ...]], names: NaturalNames | None, untyped: ColumnKind) -> Table:
    """Make a table of what SQLite says of its columns; `untyped` is the kind of those that declare no type."""
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
                kind=column_kind(declared_type) if declared_type else untyped,
                not_null=bool(not_null),
            )
            for _, column, declared_type, not_null, _, _, hidden in rows
            if hidden != 1
        ),
        primary_key=tuple(column for _, column in sorted(declared))
        or tuple(row[1] for row in rows if row[1].lower() in given),
        hidden=tuple(row[1] for row in rows if row[6] == 1),
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
