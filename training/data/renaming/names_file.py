"""read_names_file: the TOML file that gives the tables and columns of databases other names."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from nodes.sql.other_names import OtherNames
from training.settings import TrainingError
from value_index.errors import first_problem, reason
from value_index.files.folders import shipped
from value_index.schema import Schema, Table

_File = TypeAdapter(dict[str, dict[str, str]])


def read_names_file(path: Path) -> dict[str, dict[str, str]]:
    """Read a names file: for each database what is called otherwise, `city = "town"` or `"city.name" = "town_name"`.

    Raises:
        TrainingError: it cannot be read, is no TOML, or holds something else.
    """
    try:
        return _File.validate_python(tomllib.loads(shipped(path).read_text(encoding="utf-8-sig")))
    except ValidationError as error:
        raise TrainingError(f"{path}: {first_problem(error)}") from error
    except (OSError, ValueError, RecursionError) as error:
        raise TrainingError(f"cannot read {path}: {reason(error)}") from error


def names_of(given: Mapping[str, str], schema: Schema) -> OtherNames:
    """Check the names that a file gives one database against its schema.

    Raises:
        TrainingError: something is named that the database has not, a new name is empty or SQLite's own, or two tables,
            or two columns of one table, would have the same.
    """
    tables: dict[str, str] = {}
    columns: dict[tuple[str, str], str] = {}
    for old, new in given.items():
        if not new.strip() or '"' in new or not new.isprintable():
            raise TrainingError(f"{schema.database_id}: {old!r} would be called {new!r}, which is no name")
        table, column = _found(old, schema)
        if column:
            columns[table.name.lower(), column.lower()] = new
        elif new.lower().startswith("sqlite_"):
            raise TrainingError(
                f"{schema.database_id}: {old!r} would be called {new!r}, a name that SQLite keeps for itself"
            )
        else:
            tables[table.name.lower()] = new
    names = OtherNames(tables, columns)
    _refuse_twice(schema.database_id, "tables", (names.table(table.name) for table in schema.tables))
    for table in schema.tables:
        twice = (names.column(table.name, column.name) for column in table.columns)
        _refuse_twice(schema.database_id, f"columns of {table.name!r}", twice)
    return names


def _found(old: str, schema: Schema) -> tuple[Table, str]:
    """Return the table and the column that a key names; "" for a table itself, whose own name may hold a dot."""
    whole = schema.table(old)
    if whole is not None:
        return whole, ""
    name, _, rest = old.partition(".")
    table = schema.table(name)
    column = table.column(rest) if table else None
    if table is None or column is None:
        missing = f"no column {rest!r} in table {name!r}" if table else f"no table {name!r}"
        raise TrainingError(f"the names file gives {old!r} another name, but {schema.database_id!r} has {missing}")
    return table, column.name


def _refuse_twice(database_id: str, what: str, names: Iterable[str]) -> None:
    seen = set[str]()
    for name in names:
        if name.lower() in seen:
            raise TrainingError(f"{database_id}: two {what} would be called {name!r}")
        seen.add(name.lower())
