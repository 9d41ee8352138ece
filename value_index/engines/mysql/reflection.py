"""A Schema read from a server's information_schema."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from value_index.schema import Column, ColumnKind, ColumnRef, ForeignKey, OmittedTable, Schema, Table
from value_index.text.natural_names import split_identifier

Ask = Callable[[str], list[tuple[Any, ...]]]
"""Runs a statement of ours, and returns its rows."""
_KINDS: tuple[tuple[str, ColumnKind], ...] = (
    (r"(?:var)?char|(?:tiny|medium|long)?text|enum|set|uuid|inet[46]", "text"),
    (r"(?:tiny|small|medium|big)?int|decimal|float|double|year", "number"),
    (r"date|datetime|timestamp|time", "time"),
)
_HEEDS_CASE = re.compile(r"_(?:bin|cs)$")
_HERE = "table_schema = DATABASE()"
_TABLES = (
    f"SELECT table_name, table_type, coalesce(data_length, 0) + coalesce(index_length, 0)"
    f" FROM information_schema.tables WHERE {_HERE} ORDER BY table_name"
)
_COLUMNS = (
    "SELECT table_name, column_name, data_type, column_type, collation_name, is_nullable"
    f" FROM information_schema.columns WHERE {_HERE} ORDER BY table_name, ordinal_position"
)
_KEYS = (
    "SELECT constraint_name, table_name, column_name, referenced_table_name, referenced_column_name, referenced_table_schema"
    f" = DATABASE() FROM information_schema.key_column_usage WHERE {_HERE} ORDER BY table_name, ordinal_position"
)
STATE = (
    "SELECT table_name, table_rows, create_time, update_time, data_length, auto_increment"
    f" FROM information_schema.tables WHERE {_HERE} ORDER BY table_name"
)
FUNCTIONS = "SELECT routine_name FROM information_schema.routines WHERE routine_type = 'FUNCTION'"


class Reflected(NamedTuple):
    """What a database holds for the user who asks."""

    schema: Schema
    sizes: dict[str, int]
    """Bytes of each table, with its keys."""


def column_kind(data_type: str) -> ColumnKind:
    """Say what a type of MySQL means; JSON, geometries, bits and blobs are `other`.

    >>> column_kind("varchar"), column_kind("decimal"), column_kind("geometry"), column_kind("datetime")
    ('text', 'number', 'other', 'time')
    """
    for form, kind in _KINDS:
        if re.fullmatch(form, data_type, re.IGNORECASE):
            return kind
    return "other"


def reflect(ask: Ask, database_id: str) -> Reflected:
    """Read the tables, views, columns and keys that the user may see."""
    tables, columns, keys = ask(_TABLES), ask(_COLUMNS), ask(_KEYS)
    by_table: dict[str, list[Column]] = {}
    for table, name, data_type, declared, collation, nullable in columns:
        by_table.setdefault(table, []).append(_column(name, data_type, declared, collation or "", nullable == "NO"))
    primary: dict[str, list[str]] = {}
    for name, table, column, *_ in keys:
        if name == "PRIMARY":
            primary.setdefault(table, []).append(column)
    found = tuple(
        Table(
            name=name, natural_name=split_identifier(name), columns=tuple(by_table[name]),
            primary_key=tuple(primary.get(name, ())), is_view="VIEW" in kind,
        )
        for name, kind, _ in tables
        if name in by_table and kind != "SEQUENCE"
    )  # fmt: skip
    omitted = tuple(OmittedTable(name=name, reason="") for name, kind, _ in tables if kind == "SEQUENCE")
    schema = Schema(database_id=database_id, tables=found, dialect="mysql", omitted=omitted)
    links = dict.fromkeys(
        (schema.column(table, column), schema.column(target, other))
        for _, table, column, target, other, here in keys
        if target and here
    )
    foreign = tuple(ForeignKey(source=s, target=t) for s, t in links if _differ(s, t) and s and t)
    return Reflected(schema.model_copy(update={"foreign_keys": foreign}), {name: int(size) for name, _, size in tables})


def _differ(source: ColumnRef | None, target: ColumnRef | None) -> bool:
    return source is not None and target is not None and source != target


def _column(name: str, data_type: str, declared: str, collation: str, not_null: bool) -> Column:
    """Return a column; a case-sensitive order of texts is a part of its type."""
    order = f" COLLATE {collation}" if _HEEDS_CASE.search(collation) else ""
    return Column(
        name=name, natural_name=split_identifier(name), declared_type=declared + order,
        kind=column_kind(data_type), not_null=not_null,
    )  # fmt: skip
