"""How people say the names of tables and columns: from a Spider `tables.json`, else by splitting identifiers."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from value_index.errors import TurnSQLError
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


def load_natural_names(tables_json: Path | str) -> dict[str, NaturalNames]:
    """Read a Spider `tables.json`: database id to its names.

    Raises:
        TurnSQLError: the file is missing or not a `tables.json`.
    """
    path = Path(tables_json)
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
        spider = [_SpiderTables.model_validate(entry) for entry in _as_list(entries)]
        return {entry.db_id: _natural(entry) for entry in spider}
    except OSError as error:
        raise TurnSQLError(f"cannot read {str(path)!r}: {error.strerror or error}") from None
    except (ValueError, IndexError, ValidationError) as error:
        cause = str(error).splitlines()[0]
        raise TurnSQLError(f"{str(path)!r} is not a Spider tables.json: {cause}") from None


def _as_list(entries: Any) -> list[Any]:
    if not isinstance(entries, list):
        raise ValueError("expected a list of databases")
    return entries


def _natural(entry: _SpiderTables) -> NaturalNames:
    names = [name.lower() for name in entry.table_names_original]
    columns = [(names[table] if table >= 0 else "", name.lower()) for table, name in entry.column_names_original]
    keys = [key for item in entry.primary_keys for key in (item if isinstance(item, list) else [item])]
    return NaturalNames(
        database_id=entry.db_id,
        tables=dict(zip(names, entry.table_names, strict=True)),
        columns={key: natural for key, (_, natural) in zip(columns, entry.column_names, strict=True) if key[0]},
        primary_keys=tuple(columns[key] for key in keys),
        foreign_keys=tuple((columns[source], columns[target]) for source, target in entry.foreign_keys),
    )
