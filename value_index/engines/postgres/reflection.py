"""A Schema read from PostgreSQL's catalog: of what the user may read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from value_index.models import FrozenModel
from value_index.schema import Column, ColumnKind, ColumnRef, ForeignKey, OmittedTable, Schema, Table
from value_index.text.natural_names import split_identifier

Ask = Callable[[str], list[tuple[Any, ...]]]
"""Runs one statement of ours."""
Home = tuple[str, str]
"""Schema and table."""
_SCHEMAS = """
SELECT nspname FROM pg_catalog.pg_namespace
WHERE nspname <> 'information_schema' AND nspname !~ '^pg_' AND has_schema_privilege(oid, 'USAGE')
ORDER BY coalesce(array_position(current_schemas(false), nspname), 1000), nspname
"""
_COLUMNS = """
SELECT n.nspname, c.relname, c.relkind, c.relispartition,
  a.attname, format_type(a.atttypid, a.atttypmod), coalesce(b.typname, t.typname), t.typcategory, a.attnotnull,
  has_column_privilege(c.oid, a.attnum, 'SELECT'), c.oid::bigint, obj_description(c.oid, 'pg_class'),
  col_description(c.oid, a.attnum)
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_catalog.pg_type b ON b.oid = t.typbasetype AND t.typtype = 'd'
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relpersistence <> 't' AND n.nspname = ANY ({schemas})
  AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
ORDER BY array_position({schemas}, n.nspname), c.oid, a.attnum
"""
_KEYS = """
SELECT k.contype, n.nspname, c.relname, a.attname, fn.nspname, f.relname, fa.attname
FROM pg_catalog.pg_constraint k
CROSS JOIN LATERAL unnest(k.conkey, k.confkey) WITH ORDINALITY AS u (source, target, place)
JOIN pg_catalog.pg_class c ON c.oid = k.conrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.source
LEFT JOIN pg_catalog.pg_class f ON f.oid = k.confrelid LEFT JOIN pg_catalog.pg_namespace fn ON fn.oid = f.relnamespace
LEFT JOIN pg_catalog.pg_attribute fa ON fa.attrelid = k.confrelid AND fa.attnum = u.target
WHERE k.contype IN ('p', 'f') AND k.conparentid = 0 AND n.nspname = ANY ({schemas})
ORDER BY k.oid, u.place
"""
_CATEGORIES: dict[str, ColumnKind] = {"N": "number", "S": "text", "E": "text", "B": "boolean", "D": "time"}
"""What the server says of a type, as a kind; arrays, ranges, composites, shapes and intervals are `other`."""
_BY_NAME: dict[str, ColumnKind] = {
    "uuid": "text", "inet": "text", "cidr": "text", "macaddr": "text", "char": "text", "bpchar": "text", "money": "other",
}  # fmt: skip


class Reflected(FrozenModel):
    """What the catalog says."""

    tables: Schema
    search_path: tuple[str, ...]
    """The schemas, in the order in which a name is looked for."""
    notes: tuple[str, ...]
    """What is left out; one line each."""


def column_kind(name: str, category: str) -> ColumnKind:
    """Say what a type means.

    Args:
        name: the type's, of a domain its base type's.
        category: the server's letter for types of its sort.

    >>> column_kind("numeric", "N"), column_kind("mood", "E"), column_kind("_int4", "A"), column_kind("money", "N")
    ('number', 'text', 'other', 'other')
    """
    return _BY_NAME.get(name) or ("other" if name.startswith("reg") else _CATEGORIES.get(category, "other"))


def reflect(ask: Ask, database: str, wanted: Sequence[str]) -> Reflected:
    """Read tables, views, columns, keys and comments; the second of two tables of one name is left out.

    Args:
        ask: runs a statement.
        database: the name of the database.
        wanted: the schemas; all that the user may use if empty.
    """
    path = tuple(wanted) or tuple(row[0] for row in ask(_SCHEMAS))
    schemas = f"ARRAY[{', '.join(map(literal, path))}]::name[]"
    rows = ask(_COLUMNS.replace("{schemas}", schemas)) if path else []
    keys = ask(_KEYS.replace("{schemas}", schemas)) if path else []
    homes: dict[str, Home] = {}
    tables: dict[Home, list[tuple[Any, ...]]] = {}
    for row in rows:
        tables.setdefault((row[0], row[1]), []).append(row)
    partitions = {home for home, columns in tables.items() if columns[0][3]}
    closed = {home for home, columns in tables.items() if not any(column[9] for column in columns)} - partitions
    for home in tables:
        if home not in partitions | closed:
            homes.setdefault(home[1].lower(), home)
    told = {*homes.values(), *partitions, *closed}
    hidden = [home for home in tables if home not in told]
    primary: dict[Home, list[str]] = {}
    for kind, schema, table, column, *_ in keys:
        if kind == "p":
            primary.setdefault((schema, table), []).append(column)
    found = Schema(
        database_id=database,
        tables=tuple(_table(home, tables[home], primary.get(home, ())) for home in homes.values()),
        dialect="postgres",
        omitted=(
            *(OmittedTable(name=home[1], reason="the user may not read it") for home in sorted(closed)),
            *(OmittedTable(name=home[1], reason="") for home in sorted(partitions)),
        ),
    )
    notes = [
        *(f"{'.'.join(home)!r} cannot be read: the user may not" for home in sorted(closed)),
        *(
            f"{'.'.join(home)!r} is hidden by another table of its name: give its schema (?schema=...)"
            for home in hidden
        ),
    ]
    pairs = _foreign_keys(found, homes, keys)
    return Reflected(tables=found.model_copy(update={"foreign_keys": pairs}), search_path=path, notes=tuple(notes))


def literal(text: str) -> str:
    """Write a text as a literal.

    >>> literal("it's")
    "'it''s'"
    """
    return "'" + text.replace("'", "''") + "'"


def _table(home: Home, columns: list[tuple[Any, ...]], primary_key: Sequence[str]) -> Table:
    return Table(
        name=home[1],
        natural_name=split_identifier(home[1]),
        columns=tuple(
            Column(
                name=name, natural_name=split_identifier(name), declared_type=declared,
                kind=column_kind(base, category), not_null=not_null, comment=comment or "",
            )
            for *_, name, declared, base, category, not_null, readable, _, _, comment in columns
            if readable
        ),
        primary_key=tuple(primary_key),
        is_view=columns[0][2] in ("v", "f"),
        comment=columns[0][11] or "",
    )  # fmt: skip


def _foreign_keys(schema: Schema, homes: dict[str, Home], keys: list[tuple[Any, ...]]) -> tuple[ForeignKey, ...]:
    found: dict[tuple[ColumnRef, ColumnRef], ForeignKey] = {}
    known = set(homes.values())
    for kind, *rest in keys:
        if kind != "f" or (rest[0], rest[1]) not in known or (rest[3], rest[4]) not in known:
            continue
        source, target = schema.column(rest[1], rest[2]), schema.column(rest[4], rest[5])
        if source and target and source != target:
            found.setdefault((source, target), ForeignKey(source=source, target=target))
    return tuple(found.values())
