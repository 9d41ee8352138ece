"""A SQLite database copied into a server's: the same rows, in the types that its values have, with the keys that hold."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from typing import Any, Protocol

from value_index.schema import ForeignKey, Schema, Table, quoted
from value_index.sqlite.database import SQLiteDatabase

_DAY = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d)")
_MOMENT = re.compile(rf"{_DAY.pattern} \d\d:\d\d:\d\d")
_TYPES = {
    "postgres": {"whole": "bigint", "real": "double precision", "bytes": "bytea", "day": "date", "moment": "timestamp",
                 "text": "text", "key": "text"},
    "mysql": {"whole": "bigint", "real": "double", "bytes": "longblob", "day": "date", "moment": "datetime",
              "text": "longtext COLLATE utf8mb4_nopad_bin", "key": "varchar(190) COLLATE utf8mb4_nopad_bin"},
}  # fmt: skip
"""What holds a kind of values; texts in an order that heeds case, as SQLite's does (MariaDB's names)."""


class Cursor(Protocol):
    """What runs statements: a cursor of psycopg or of PyMySQL."""

    def execute(self, query: Any, args: Any = None, /) -> Any:
        """Run one statement."""
        ...

    def executemany(self, query: Any, args: Any, /) -> Any:
        """Run one statement for each of some rows."""
        ...


def copy_tables(database: SQLiteDatabase, cursor: Cursor, dialect: str, refused: type[Exception]) -> None:
    """Write every table of a SQLite database where a cursor stands, committed statement by statement.

    Args:
        refused: what the driver raises where a key does not hold; the copy goes without it.
    """
    schema = database.schema
    with closing(sqlite3.connect(database.path)) as source:
        source.text_factory = lambda raw: raw.decode(errors="replace")
        for table in schema.tables:
            _copy(source, cursor, table, schema, dialect)
    for table in schema.tables:
        if table.primary_key:
            names = ", ".join(_name(name, dialect) for name in table.primary_key)
            _attempt(cursor, f"ALTER TABLE {_name(table.name, dialect)} ADD PRIMARY KEY ({names})", refused)
    for key in schema.foreign_keys:
        _attempt(cursor, _reference(key, dialect), refused)


def _copy(source: sqlite3.Connection, cursor: Cursor, table: Table, schema: Schema, dialect: str) -> None:
    rows: list[tuple[Any, ...]] = source.execute(f"SELECT * FROM {quoted(table.name)}").fetchall()
    keys = {ref.folded for key in schema.foreign_keys for ref in (key.source, key.target)}
    kinds: list[str] = []
    for place, column in enumerate(table.columns):
        values = [row[place] for row in rows]
        is_key = column.name in table.primary_key or (table.name.lower(), column.name.lower()) in keys
        kind = _kind(values, column.declared_type)
        short = all(len(str(value)) <= 190 for value in values)
        kinds.append("key" if kind == "text" and is_key and short else kind)
    types = [_TYPES[dialect][kind] for kind in kinds]
    declared = ", ".join(f"{_name(c.name, dialect)} {t}" for c, t in zip(table.columns, types, strict=True))
    cursor.execute(f"CREATE TABLE {_name(table.name, dialect)} ({declared})")
    marks = ", ".join(["%s"] * len(types))
    statement = f"INSERT INTO {_name(table.name, dialect).replace('%', '%%')} VALUES ({marks})"
    cells = [tuple(_cell(cell, kind) for cell, kind in zip(row, kinds, strict=True)) for row in rows]
    for start in range(0, len(cells), 1_000):
        cursor.executemany(statement, cells[start : start + 1_000])


def _attempt(cursor: Cursor, statement: str, refused: type[Exception]) -> None:
    try:
        cursor.execute(statement)
    except refused:
        return  # rows that SQLite let in


def _reference(key: ForeignKey, dialect: str) -> str:
    source, target = key.source, key.target
    return (
        f"ALTER TABLE {_name(source.table, dialect)} ADD FOREIGN KEY ({_name(source.column, dialect)})"
        f" REFERENCES {_name(target.table, dialect)} ({_name(target.column, dialect)})"
    )


def _name(name: str, dialect: str) -> str:
    return quoted(name, "mysql" if dialect == "mysql" else "postgres")


def _kind(values: Sequence[Any], declared: str) -> str:
    """Return what holds every value; of none, what the declared type says."""
    found = {type(value) for value in values if value is not None}
    if found <= {int}:
        return "whole" if found or "int" in declared.lower() else "text"
    if found <= {int, float}:
        return "real"
    if found == {bytes}:
        return "bytes"
    if found == {str} and _all(_DAY, values):
        return "day"
    return "moment" if found == {str} and _all(_MOMENT, values) else "text"


def _all(form: re.Pattern[str], values: Iterable[Any]) -> bool:
    return all(form.fullmatch(value) for value in values if value is not None)


def _cell(cell: Any, kind: str) -> Any:
    if cell is None or kind not in ("text", "key"):
        return cell
    return str(cell).replace("\0", "")  # PostgreSQL holds no NUL
