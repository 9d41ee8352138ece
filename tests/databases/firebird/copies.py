"""A SQLite database copied into a file of Firebird's: the same rows, in the types that its values have, with the keys that hold."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing, suppress
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from value_index.engines.sqlite.database import SQLiteDatabase
from value_index.schema import Table, quoted

_DAY = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
_MOMENT = re.compile(rf"{_DAY.pattern} \d\d:\d\d:\d\d")
USER = "SYSDBA"
SHORT = 250
"""Characters of a text that may be a key."""


def is_there() -> bool:
    """Whether the library can be loaded, and makes a file."""
    try:
        with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            _created(Path(folder) / "x.fdb").close()
    except Exception:  # noqa: BLE001 - whatever it is, it cannot be asked
        return False
    return True


def address_of(path: Path) -> str:
    """Return the address of a file, which Firebird's library opens in this process."""
    return f"firebird+firebird://{USER}@/{path}?charset=UTF8"


def make_file(path: Path, statements: Sequence[str]) -> str:
    """Make a database of a few statements; return its address."""
    with closing(_created(path)) as connection:
        for statement in statements:
            connection.cursor().execute(statement)
            connection.commit()
    return address_of(path)


def copy_to_firebird(folder: Path, database: SQLiteDatabase, name: str) -> str:
    """Make a file with the tables, rows and keys of a SQLite file; return its address."""
    from firebird.driver import DatabaseError

    path = folder / f"{name}.fdb"
    with closing(sqlite3.connect(database.path)) as source, closing(_created(path)) as target:
        source.text_factory = lambda raw: raw.decode(errors="replace").replace("\x00", "")
        for table in database.schema.tables:
            _copy(source, target, table)
        keys = [
            f"ALTER TABLE {quoted(key.source.table)} ADD FOREIGN KEY ({quoted(key.source.column)})"
            f" REFERENCES {quoted(key.target.table)} ({quoted(key.target.column)})"
            for key in database.schema.foreign_keys
        ]
        for statement in keys:
            with suppress(DatabaseError):
                target.cursor().execute(statement)
                target.commit()
                continue
            target.rollback()
    return address_of(path)


def _created(path: Path) -> Any:
    from firebird.driver import create_database

    return create_database(str(path), user=USER, password="any", charset="UTF8")


def _copy(source: sqlite3.Connection, target: Any, table: Table) -> None:
    from firebird.driver import DatabaseError

    rows: list[tuple[Any, ...]] = source.execute(f"SELECT * FROM {quoted(table.name)}").fetchall()
    types = [_type([row[i] for row in rows], column.declared_type) for i, column in enumerate(table.columns)]
    cells = [tuple(_cell(cell, kind) for cell, kind in zip(row, types, strict=True)) for row in rows]
    places = {column.name: place for place, column in enumerate(table.columns)}
    found = [tuple(row[places[name]] for name in table.primary_key) for row in cells]
    holds = bool(table.primary_key) and len(set(found)) == len(found) and all(None not in key for key in found)
    key = set(table.primary_key) if holds else set[str]()
    columns = [
        f"{quoted(column.name)} {kind}{' NOT NULL' if column.name in key else ''}"
        for column, kind in zip(table.columns, types, strict=True)
    ]
    ends = [f"PRIMARY KEY ({', '.join(map(quoted, table.primary_key))})"] if holds else []
    cursor = target.cursor()
    try:
        cursor.execute(f"CREATE TABLE {quoted(table.name)} ({', '.join([*columns, *ends])})")
        target.commit()
    except DatabaseError:  # a key of several texts is longer than a page of it may be
        target.rollback()
        cursor.execute(f"CREATE TABLE {quoted(table.name)} ({', '.join(columns)})")
        target.commit()
    if cells:
        cursor.executemany(f"INSERT INTO {quoted(table.name)} VALUES ({', '.join('?' * len(types))})", cells)
    target.commit()


def _type(values: Sequence[Any], declared: str) -> str:
    """Return what holds every value; of none, what the declared type says."""
    found = {type(value) for value in values if value is not None}
    if found <= {int}:
        return "BIGINT" if found or "int" in declared.lower() else "VARCHAR(100)"
    if found <= {int, float}:
        return "DOUBLE PRECISION"
    if found == {bytes}:
        return "BLOB"
    if found == {str} and _all(_DAY, values):
        return "DATE"
    if found == {str} and _all(_MOMENT, values):
        return "TIMESTAMP"
    longest = max((len(str(value)) for value in values if value is not None), default=1)
    return f"VARCHAR({SHORT if longest <= SHORT else min(longest, 8000)})"


def _all(form: re.Pattern[str], values: Iterable[Any]) -> bool:
    return all(form.fullmatch(value) for value in values if value is not None)


def _cell(cell: Any, kind: str) -> Any:
    if cell is None:
        return None
    if kind == "DATE":
        return date.fromisoformat(cell)
    if kind == "TIMESTAMP":
        return datetime.fromisoformat(cell)
    return str(cell) if kind.startswith("VARCHAR") else float(cell) if kind == "DOUBLE PRECISION" else cell
