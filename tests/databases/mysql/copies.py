"""A SQLite database copied into a server's: the same rows, in the types that its values have, with the keys that hold."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing, suppress
from typing import Any

from tests.databases.mysql.server import Server
from value_index.engines.sqlite.database import SQLiteDatabase
from value_index.schema import Schema, Table, quoted

_DAY = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
_MOMENT = re.compile(rf"{_DAY.pattern} \d\d:\d\d:\d\d")
SHORT = 190
"""Characters of a text that may be a key."""


def copy_to_mysql(server: Server, database: SQLiteDatabase, name: str) -> str:
    """Make a database with the tables, rows and keys of a SQLite file; return its address.

    Texts are in an order that heeds case and blanks at the end, as SQLite's does. Keys that the rows do not heed (SQLite
    enforces none) are left out.
    """
    import pymysql

    order = "utf8mb4_nopad_bin" if "mariadb" in server.program else "utf8mb4_0900_bin"
    server.run(f"CREATE DATABASE {_name(name)} CHARACTER SET utf8mb4 COLLATE {order}")
    schema = database.schema
    with closing(sqlite3.connect(database.path)) as source, closing(server.connect(name)) as target:
        source.text_factory = lambda raw: raw.decode(errors="replace")
        cursor = target.cursor()
        for table in schema.tables:
            _copy(source, cursor, table, schema)
        for table in schema.tables:
            if table.primary_key:
                names = ", ".join(map(_name, table.primary_key))
                with suppress(pymysql.MySQLError):
                    cursor.execute(f"ALTER TABLE {_name(table.name)} ADD PRIMARY KEY ({names})")
        for key in schema.foreign_keys:
            source_name, target_name = _name(key.source.column), _name(key.target.column)
            with suppress(pymysql.MySQLError):
                cursor.execute(
                    f"ALTER TABLE {_name(key.source.table)} ADD FOREIGN KEY ({source_name})"
                    f" REFERENCES {_name(key.target.table)} ({target_name})"
                )
    return server.address(name)


def _copy(source: sqlite3.Connection, cursor: Any, table: Table, schema: Schema) -> None:
    rows: list[tuple[Any, ...]] = source.execute(f"SELECT * FROM {quoted(table.name)}").fetchall()
    keys = {ref.folded for key in schema.foreign_keys for ref in (key.source, key.target)}
    types: list[str] = []
    for place, column in enumerate(table.columns):
        values = [row[place] for row in rows]
        kind = _type(values, column.declared_type)
        is_key = column.name in table.primary_key or (table.name.lower(), column.name.lower()) in keys
        is_short = all(len(str(value)) <= SHORT for value in values)
        types.append(f"varchar({SHORT})" if kind == "longtext" and is_key and is_short else kind)
    declared = ", ".join(f"{_name(c.name)} {t}" for c, t in zip(table.columns, types, strict=True))
    cursor.execute(f"CREATE TABLE {_name(table.name)} ({declared})")
    marks = ", ".join(["%s"] * len(types))
    statement = f"INSERT INTO {_name(table.name).replace('%', '%%')} VALUES ({marks})"
    cells = [tuple(_cell(cell, t) for cell, t in zip(row, types, strict=True)) for row in rows]
    for start in range(0, len(cells), 1_000):
        cursor.executemany(statement, cells[start : start + 1_000])


def _name(name: str) -> str:
    return quoted(name, "mysql")


def _type(values: Sequence[Any], declared: str) -> str:
    """Return what holds every value; of none, what the declared type says."""
    found = {type(value) for value in values if value is not None}
    if found <= {int}:
        return "bigint" if found or "int" in declared.lower() else "longtext"
    if found <= {int, float}:
        return "double"
    if found == {bytes}:
        return "longblob"
    if found == {str} and _all(_DAY, values):
        return "date"
    return "datetime" if found == {str} and _all(_MOMENT, values) else "longtext"


def _all(form: re.Pattern[str], values: Iterable[Any]) -> bool:
    return all(form.fullmatch(value) for value in values if value is not None)


def _cell(cell: Any, kind: str) -> Any:
    is_text = kind.startswith(("longtext", "varchar"))
    return str(cell) if is_text and cell is not None and not isinstance(cell, str) else cell
