"""A SQLite database copied into a DuckDB file: the same rows, in the types that its values have."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb

from value_index.database import Database
from value_index.engines.duckdb.database import DuckDBDatabase
from value_index.engines.duckdb.source import DuckDBFile
from value_index.engines.sqlite.database import SQLiteDatabase
from value_index.schema import Table, quoted

_DAY = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d)")
_MOMENT = re.compile(rf"{_DAY.pattern} \d\d:\d\d:\d\d")


def copy_to_duckdb(database: SQLiteDatabase, path: Path) -> Database:
    """Write the copy, and open it; keys that SQLite does not enforce are taken over into the schema."""
    with closing(sqlite3.connect(database.path)) as source, duckdb.connect(str(path)) as target:
        source.text_factory = lambda raw: raw.decode(errors="replace")
        target.execute("BEGIN")
        for table in database.schema.tables:
            _copy(source, target, table)
        target.execute("COMMIT")
    copy = DuckDBDatabase.open(DuckDBFile(path))
    keys = {table.name: table.primary_key for table in database.schema.tables}
    tables = tuple(table.model_copy(update={"primary_key": keys[table.name]}) for table in copy.schema.tables)
    copy.schema = copy.schema.model_copy(update={"tables": tables, "foreign_keys": database.schema.foreign_keys})
    return copy


def _copy(source: sqlite3.Connection, target: duckdb.DuckDBPyConnection, table: Table) -> None:
    rows: list[tuple[Any, ...]] = source.execute(f"SELECT * FROM {quoted(table.name)}").fetchall()
    types = [_type([row[i] for row in rows], column.declared_type) for i, column in enumerate(table.columns)]
    declared = ", ".join(f"{quoted(c.name)} {t}" for c, t in zip(table.columns, types, strict=True))
    target.execute(f"CREATE TABLE {quoted(table.name)} ({declared})")
    cells = [tuple(_cell(cell, t) for cell, t in zip(row, types, strict=True)) for row in rows]
    for start in range(0, len(cells), 500):
        batch = cells[start : start + 500]
        marks = ", ".join(f"({', '.join('?' * len(types))})" for _ in batch)
        target.execute(f"INSERT INTO {quoted(table.name)} VALUES {marks}", [cell for row in batch for cell in row])


def _type(values: Iterable[Any], declared: str) -> str:
    """Return the type that holds every value; of none, the declared one's."""
    found = {type(value) for value in values if value is not None}
    if found <= {int}:
        return "BIGINT" if found or "int" in declared.lower() else "VARCHAR"
    if found <= {int, float}:
        return "DOUBLE"
    if found == {bytes}:
        return "BLOB"
    if found == {str} and all(_DAY.fullmatch(value) for value in values if value is not None):
        return "DATE"
    return "TIMESTAMP" if found == {str} and all(_MOMENT.fullmatch(v) for v in values if v is not None) else "VARCHAR"


def _cell(cell: Any, declared: str) -> Any:
    return str(cell) if declared == "VARCHAR" and cell is not None and not isinstance(cell, str) else cell
