"""A SQLite database copied into PostgreSQL: the same rows, in the types that its values have."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable
from contextlib import closing, suppress
from typing import Any

from psycopg import Connection, Error, sql

from tests.databases.postgres.server import Server
from value_index.engines.sqlite.database import SQLiteDatabase
from value_index.schema import Table

_DAY = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
_MOMENT = re.compile(rf"{_DAY.pattern} \d\d:\d\d:\d\d")


def copy_to_postgres(server: Server, database: SQLiteDatabase, name: str) -> str:
    """Make a database with the tables, rows, keys of a SQLite file; return its address.

    Keys that the rows do not heed (SQLite enforces none) are left out.
    """
    with server.connect() as made:
        made.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    with closing(sqlite3.connect(database.path)) as source, server.connect(name) as target:
        source.text_factory = lambda raw: raw.decode(errors="replace").replace("\x00", "")
        for table in database.schema.tables:
            _copy(source, target, table)
        for table in database.schema.tables:
            if table.primary_key:
                _try(target, "ALTER TABLE {} ADD PRIMARY KEY ({})", [table.name], table.primary_key)
        for key in database.schema.foreign_keys:
            _try(
                target, "ALTER TABLE {} ADD FOREIGN KEY ({}) REFERENCES {} ({})",
                [key.source.table], [key.source.column], [key.target.table], [key.target.column],
            )  # fmt: skip
        target.execute("ANALYZE")
    return server.address(name)


def _try(target: Connection[Any], text: str, *names: Iterable[str]) -> None:
    parts = [sql.SQL(", ").join(map(sql.Identifier, group)) for group in names]
    with suppress(Error):
        target.execute(sql.SQL(text).format(*parts))  # pyright: ignore[reportArgumentType]


def _copy(source: sqlite3.Connection, target: Connection[Any], table: Table) -> None:
    quoted = '"' + table.name.replace('"', '""') + '"'
    rows: list[tuple[Any, ...]] = source.execute(f"SELECT * FROM {quoted}").fetchall()
    types = [_type([row[i] for row in rows], column.declared_type) for i, column in enumerate(table.columns)]
    declared = sql.SQL(", ").join(
        sql.SQL("{} " + kind).format(sql.Identifier(column.name))  # pyright: ignore[reportArgumentType]
        for column, kind in zip(table.columns, types, strict=True)
    )
    target.execute(sql.SQL("CREATE TABLE {} ({})").format(sql.Identifier(table.name), declared))
    with (
        target.cursor() as cursor,
        cursor.copy(sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(table.name))) as copy,
    ):
        for row in rows:
            copy.write_row([_cell(cell, kind) for cell, kind in zip(row, types, strict=True)])


def _type(values: Iterable[Any], declared: str) -> str:
    """Return the type that holds every value; of none, the declared one's."""
    found = {type(value) for value in values if value is not None}
    if found <= {int}:
        return "bigint" if found or "int" in declared.lower() else "text"
    if found <= {int, float}:
        return "double precision"
    if found == {bytes}:
        return "bytea"
    if found == {str} and all(_DAY.fullmatch(value) for value in values if value is not None):
        return "date"
    return "timestamp" if found == {str} and all(_MOMENT.fullmatch(v) for v in values if v is not None) else "text"


def _cell(cell: Any, kind: str) -> Any:
    return str(cell) if kind == "text" and cell is not None and not isinstance(cell, str) else cell
