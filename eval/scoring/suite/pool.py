"""Pool: what the copies of a database are drawn from: its tables, their keys, and some of their rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from random import Random
from typing import Any

from eval.scoring.suite.in_sqlite import in_sqlite
from nodes.sql.validation.dependencies import table_keys
from value_index.database import Database, Row
from value_index.schema import Schema, Table, quoted

POOL_ROWS = 300
"""Rows kept of a table: copies are small, and draw from these."""


@dataclass(frozen=True)
class PooledTable:
    """One table, with some of its rows."""

    table: Table
    rows: tuple[Row, ...]
    keys: tuple[tuple[int, ...], ...]
    """Columns, by index, whose values no two rows share."""

    @cached_property
    def places(self) -> Mapping[str, int]:
        """Index of each column by its folded name."""
        return {column.name.lower(): index for index, column in enumerate(self.table.columns)}

    @cached_property
    def domains(self) -> tuple[tuple[Any, ...], ...]:
        """The values of each column, without NULL and repeats, in the order of the rows."""
        columns = zip(*self.rows, strict=True) if self.rows else [()] * len(self.table.columns)
        return tuple(tuple(dict.fromkeys(cell for cell in column if cell is not None)) for column in columns)

    @cached_property
    def nullable(self) -> frozenset[int]:
        """The columns that may hold NULL: those that are in no key, and not declared otherwise."""
        held = {index for key in self.keys for index in key}
        return frozenset(i for i, column in enumerate(self.table.columns) if i not in held and not column.not_null)


@dataclass(frozen=True)
class Reference:
    """A foreign key by places: child table and column, parent table and column (tables by folded name)."""

    child: str
    source: int
    parent: str
    target: int


@dataclass(frozen=True)
class Pool:
    """A database's tables by folded name, and the references between them."""

    schema: Schema
    tables: Mapping[str, PooledTable]
    references: tuple[Reference, ...]
    views: tuple[str, ...]
    """The statements that create its views."""

    @classmethod
    def of(cls, database: Database) -> Pool:
        """Read a database: the whole of each table is passed over once, a seeded sample is kept."""
        schema, is_file = in_sqlite(database.schema), database.schema.dialect == "sqlite"
        views = database.execute("SELECT name, sql FROM sqlite_master WHERE type = 'view'").rows if is_file else ()
        hidden = {name.lower() for name, _ in views}
        tables = {
            table.name.lower(): PooledTable(table, tuple(_sample(database, table)), tuple(_keys(table, schema)))
            for table in schema.tables
            if table.name.lower() not in hidden
        }
        return cls(schema, tables, tuple(_references(schema, tables)), tuple(sql for _, sql in views))

    def single_keys(self, name: str) -> frozenset[int]:
        """The columns of a table that alone tell its rows apart."""
        return frozenset(key[0] for key in self.tables[name].keys if len(key) == 1)


def _sample(database: Database, table: Table) -> list[Row]:
    """Keep a sample of the rows, each as likely as the others."""
    draw, kept, seen = Random(table.name), list[Row](), 0
    columns = ", ".join(quoted(column.name, database.schema.dialect) for column in table.columns)
    for batch in database.stream(f"SELECT {columns} FROM {quoted(table.name, database.schema.dialect)}"):
        for row in batch:
            seen += 1
            if len(kept) < POOL_ROWS:
                kept.append(row)
            elif (place := draw.randrange(seen)) < POOL_ROWS:
                kept[place] = row
    return kept


def _keys(table: Table, schema: Schema) -> list[tuple[int, ...]]:
    places = {column.name.lower(): index for index, column in enumerate(table.columns)}
    return [tuple(sorted(places[name] for name in key)) for key in table_keys(table, schema)]


def _references(schema: Schema, tables: Mapping[str, PooledTable]) -> list[Reference]:
    return [
        Reference(child, tables[child].places[source], parent, tables[parent].places[target])
        for (child, source), (parent, target) in ((key.source.folded, key.target.folded) for key in schema.foreign_keys)
        if child in tables and parent in tables
    ]
