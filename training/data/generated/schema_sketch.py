"""What can be asked of a database: its tables with their telling columns, stored values, and keys to follow."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from nodes.plan import ColumnTerm
from value_index.database import Database
from value_index.schema import Column, ColumnRef, ForeignKey, Schema, Table

LONGEST = 40
"""Characters of a value that a question quotes."""
VALUES = 200
"""Distinct values of a column to draw from."""
_LABELS = ("name", "title", "description", "type", "code")


@dataclass(frozen=True)
class Sketch:
    """A database to draw questions from; every draw comes from `draw`."""

    schema: Schema
    database: Database
    draw: random.Random
    _values: dict[ColumnRef, tuple[Any, ...]] = field(default_factory=dict[ColumnRef, tuple[Any, ...]])

    @cached_property
    def keys(self) -> frozenset[tuple[str, str]]:
        """Columns that identify or refer, which nobody averages or compares."""
        referring = {ref.folded for key in self.schema.foreign_keys for ref in (key.source, key.target)}
        primary = {(t.name.lower(), name.lower()) for t in self.schema.tables for name in t.primary_key}
        named = {ref.folded for ref in self.schema.columns if ref.column.lower().endswith(("id", "_key"))}
        return frozenset(referring | primary | named)

    @cached_property
    def tables(self) -> tuple[Table, ...]:
        """Tables that hold something beside keys."""
        return tuple(table for table in self.schema.tables if self.columns(table))

    def columns(self, table: Table, *kinds: str) -> list[Column]:
        """Return the columns beside keys, of some kinds where these are given."""
        return [
            column
            for column in table.columns
            if (table.name.lower(), column.name.lower()) not in self.keys and (not kinds or column.kind in kinds)
        ]

    def values(self, table: Table, column: Column) -> tuple[Any, ...]:
        """Return values that a question can quote, as stored."""
        ref = ColumnRef(table=table.name, column=column.name)
        if ref not in self._values:
            found = self.database.distinct(ref, VALUES)
            self._values[ref] = tuple(_whole(value) for value in found if _quotable(value))
        return self._values[ref]

    def numbers(self, table: Table) -> list[Column]:
        """Return the columns whose values are numbers, not only by their declared type."""
        return [
            column
            for column in self.columns(table, "number")
            if len(found := self.values(table, column)) > 1 and all(isinstance(value, int | float) for value in found)
        ]

    def label(self, table: Table) -> Column | None:
        """Return the column by which people call a row of the table."""
        texts = self.columns(table, "text")
        called = [column for word in _LABELS for column in texts if column.natural_name.lower().split()[-1:] == [word]]
        return next(iter([*called, *texts]), None)

    def parents(self, table: Table) -> list[tuple[Table, ForeignKey]]:
        """Return the tables that this one refers to by one unmistakable key."""
        return self._linked([key for key in self.schema.foreign_keys if self._same(key.source, table)], "target")

    def children(self, table: Table) -> list[tuple[Table, ForeignKey]]:
        """Return the tables that refer to this one by one unmistakable key."""
        return self._linked([key for key in self.schema.foreign_keys if self._same(key.target, table)], "source")

    def _linked(self, keys: list[ForeignKey], end: str) -> list[tuple[Table, ForeignKey]]:
        names = [getattr(key, end).table.lower() for key in keys]
        own = [key for key in keys if key.source.table.lower() != key.target.table.lower()]
        single = [key for key in own if names.count(getattr(key, end).table.lower()) == 1]
        found = [(self.schema.table(getattr(key, end).table), key) for key in single]
        return [(table, key) for table, key in found if table is not None]

    @staticmethod
    def _same(ref: ColumnRef, table: Table) -> bool:
        return ref.table.lower() == table.name.lower()


def term(table: Table, column: Column) -> ColumnTerm:
    """Return a column as a term of a plan."""
    return ColumnTerm(table=table.name, column=column.name)


def _quotable(value: Any) -> bool:
    if isinstance(value, str):
        return 0 < len(value.strip()) <= LONGEST and value == value.strip() and value.isprintable() and "'" not in value
    return isinstance(value, int | float)


def _whole(value: Any) -> Any:
    """Return a whole number as an integer: 12.0 compares as 12 and is said so."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
