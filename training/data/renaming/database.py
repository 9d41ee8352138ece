"""Databases under other names: a copy of a SQLite file, and its entry in `tables.json`."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from nodes.sql.other_names import OtherNames
from training.settings import TrainingError
from value_index.errors import reason
from value_index.schema import Schema, quoted


def write_renamed(source: Path, target: Path, schema: Schema, names: OtherNames) -> None:
    """Copy a SQLite file and give its tables and columns other names; rows, types, keys and indexes stay.

    Raises:
        TrainingError: the file cannot be copied, or SQLite refuses a new name.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
        with closing(sqlite3.connect(target)) as connection:
            connection.execute("PRAGMA legacy_alter_table = OFF")
            for statement in _statements(schema, names):
                connection.execute(statement)
            connection.commit()
    except (OSError, sqlite3.Error) as error:
        target.unlink(missing_ok=True)
        raise TrainingError(f"cannot write {target} with other names: {reason(error)}") from error


def _statements(schema: Schema, names: OtherNames) -> list[str]:
    """Return what renames everything by way of names that nothing has, so that two may change places."""
    apart: list[str] = []
    final: list[str] = []
    for place, table in enumerate(schema.tables):
        columns = [(column.name, names.column(table.name, column.name)) for column in table.columns]
        called, between = names.table(table.name), f"renamed_table_{place}"
        apart.append(f"ALTER TABLE {quoted(table.name)} RENAME TO {between}")
        final.append(f"ALTER TABLE {between} RENAME TO {quoted(called)}")
        for number, (old, new) in enumerate(columns):
            if old != new:
                alter = f"ALTER TABLE {between} RENAME COLUMN"
                apart.append(f"{alter} {quoted(old)} TO renamed_column_{number}")
                final.insert(0, f"{alter} renamed_column_{number} TO {quoted(new)}")
    return apart + final


def renamed_entry(entry: dict[str, Any], names: OtherNames, renamed: Schema) -> dict[str, Any]:
    """Return an entry of `tables.json` with the new names, original and natural.

    Args:
        entry: of the old names.
        names: the new ones.
        renamed: the renamed file as it is read without a `tables.json`: whoever meets it says its names so.
    """
    tables: list[str] = entry["table_names_original"]
    columns: list[tuple[int, str]] = entry["column_names_original"]
    new_tables = [names.table(table) for table in tables]
    new_columns = [(place, names.column(tables[place], name) if place >= 0 else name) for place, name in columns]
    return entry | {
        "table_names_original": new_tables,
        "column_names_original": new_columns,
        "table_names": [
            _said_table(new, renamed) if new != old else natural
            for old, new, natural in zip(tables, new_tables, entry["table_names"], strict=True)
        ],
        "column_names": [
            (place, _said_column(new_tables[place], new, renamed) if new != old else natural)
            for (place, old), (_, new), (_, natural) in zip(columns, new_columns, entry["column_names"], strict=True)
        ],
    }


def _said_table(name: str, schema: Schema) -> str:
    table = schema.table(name)
    return table.natural_name if table else name


def _said_column(table: str, name: str, schema: Schema) -> str:
    found = schema.table(table)
    column = found.column(name) if found else None
    return column.natural_name if column else name
