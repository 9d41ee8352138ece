"""How people say the names of tables and columns: from a Spider `tables.json`, else by splitting identifiers."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from value_index.errors import TurnSQLError, first_problem, reason
from value_index.models import FrozenModel

_WORD_BREAKS = re.compile(
    r"(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])|(?<=[a-zß-öø-ÿ])(?=[A-ZÀ-ÖØ-Þ])|(?<=[A-Z])(?=[A-Z][a-z])|[\W_]+"
)


class NaturalNames(FrozenModel):
    """What a `tables.json` says of one database beyond the file itself; keys are case-folded names."""

    database_id: str
    tables: dict[str, str]
    """Table to natural name."""
    columns: dict[tuple[str, str], str]
    """Table and column to natural name."""
    primary_keys: tuple[tuple[str, str], ...] = ()
    """Table and column."""
    foreign_keys: tuple[tuple[tuple[str, str], tuple[str, str]], ...] = ()
    """Referring and referred column."""


class _SpiderTables(BaseModel):
    """One entry of `tables.json`; fields we do not use are ignored."""

    db_id: str
    table_names: list[str]
    table_names_original: list[str]
    column_names: list[tuple[int, str]]
    column_names_original: list[tuple[int, str]]
    primary_keys: list[int | list[int]] = []
    foreign_keys: list[tuple[int, int]] = []


def split_identifier(name: str) -> str:
    """Split an identifier into lower-case words.

    >>> split_identifier("airportCode"), split_identifier("Home_Town"), split_identifier("HTTPStatus2")
    ('airport code', 'home town', 'http status 2')
    """
    words = [word for word in _WORD_BREAKS.split(name) if word]
    return " ".join(words).lower() or name


def load_natural_names(tables_json: Path | str, *, needed: Collection[str] | None = None) -> dict[str, NaturalNames]:
    """Read a Spider `tables.json`: database id to its names.

    Args:
        needed: the databases whose entries must be whole; a bad entry of another is left out. All where None.

    Raises:
        TurnSQLError: the file is missing or not a `tables.json`, or a needed entry is bad.
    """
    path = Path(tables_json)
    try:
        entries = _as_list(json.loads(path.read_text(encoding="utf-8-sig")))
    except OSError as error:
        raise TurnSQLError(f"cannot read {str(path)!r}: {reason(error)}") from None
    except (ValueError, RecursionError) as error:
        cause = str(error).splitlines()[0]
        raise TurnSQLError(f"{str(path)!r} is not a Spider tables.json: {cause}") from None
    found: dict[str, NaturalNames] = {}
    for position, entry in enumerate(entries):
        named: Any = entry.get("db_id") if isinstance(entry, dict) else None
        try:
            found[str(named)] = _natural(_SpiderTables.model_validate(entry))
        except ValueError as error:  # pydantic's are such
            if needed is None or named in needed or not isinstance(named, str):
                where = f"entry {position} ({named!r})" if named else f"entry {position}"
                raise TurnSQLError(f"{str(path)!r} is not a Spider tables.json: {where}, {_problem(error)}") from None
    return found


def _problem(error: ValueError) -> str:
    return first_problem(error) if isinstance(error, ValidationError) else str(error)


def _as_list(entries: Any) -> list[Any]:
    if not isinstance(entries, list):
        raise ValueError("expected a list of databases")
    return entries


def _check(entry: _SpiderTables, keys: list[int]) -> None:
    """Refuse numbers of tables and columns that there are not, and lists that do not go together.

    Raises:
        ValueError: names the field.
    """
    tables, columns = len(entry.table_names_original), len(entry.column_names_original)
    for field, length, wanted in (
        ("table_names", len(entry.table_names), tables),
        ("column_names", len(entry.column_names), columns),
    ):
        if length != wanted:
            raise ValueError(f"{field}: {length} for {wanted} of {field}_original")
    for field, numbers, most in (
        ("column_names_original", [table for table, _ in entry.column_names_original], tables),
        ("primary_keys", keys, columns),
        ("foreign_keys", [column for pair in entry.foreign_keys for column in pair], columns),
    ):
        if wrong := [number for number in numbers if not -(field == "column_names_original") <= number < most]:
            what = "table" if field == "column_names_original" else "column"
            raise ValueError(f"{field}: there is no {what} {wrong[0]}")


def _natural(entry: _SpiderTables) -> NaturalNames:
    names = [name.lower() for name in entry.table_names_original]
    keys = [key for item in entry.primary_keys for key in (item if isinstance(item, list) else [item])]
    _check(entry, keys)
    columns = [(names[table] if table >= 0 else "", name.lower()) for table, name in entry.column_names_original]
    return NaturalNames(
        database_id=entry.db_id,
        tables=dict(zip(names, entry.table_names, strict=True)),
        columns={key: natural for key, (_, natural) in zip(columns, entry.column_names, strict=True) if key[0]},
        primary_keys=tuple(columns[key] for key in keys),
        foreign_keys=tuple((columns[source], columns[target]) for source, target in entry.foreign_keys),
    )
