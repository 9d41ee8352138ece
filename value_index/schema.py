"""The shape of a database: tables, columns, keys, and their natural names."""

from __future__ import annotations

from functools import cached_property
from typing import Literal

from value_index.models import FrozenModel

ColumnKind = Literal["text", "number", "time", "boolean", "other"]
Dialect = Literal["sqlite", "duckdb", "postgres", "mysql", "ansi"]
"""How a database spells SQL: quoting, dates, casts, division, the order of NULL; `ansi` is the standard, for other engines."""


def quoted(name: str, dialect: Dialect = "sqlite") -> str:
    """Quote an identifier as its engine reads it."""
    if dialect == "mysql":
        return "`" + name.replace("`", "``") + "`"
    return '"' + name.replace('"', '""') + '"'


def limited(sql: str, rows: int, dialect: Dialect = "sqlite") -> str:
    """Return a query that ends after some rows.

    >>> limited("SELECT a FROM t", 2), limited("SELECT a FROM t", 2, "ansi")
    ('SELECT a FROM t LIMIT 2', 'SELECT a FROM t FETCH FIRST 2 ROWS ONLY')
    """
    return f"{sql} FETCH FIRST {rows} ROWS ONLY" if dialect == "ansi" else f"{sql} LIMIT {rows}"


def quoted_text(text: str, dialect: Dialect = "sqlite") -> str:
    r"""Quote a text as its engine reads it: MySQL takes a backslash as the begin of an escape.

    >>> print(quoted_text("it's"), quoted_text("a\\b"), quoted_text("a\\b", "mysql"))
    'it''s' 'a\b' 'a\\b'
    """
    escaped = text.replace("\\", "\\\\") if dialect == "mysql" else text
    return "'" + escaped.replace("'", "''") + "'"


class SchemaModel(FrozenModel):
    """A frozen part of a schema."""


class ColumnRef(SchemaModel):
    """A column named by its table, both spelled as the database spells them."""

    table: str
    column: str

    def __str__(self) -> str:
        return f"{self.table}.{self.column}"

    @property
    def folded(self) -> tuple[str, str]:
        """The pair that compares as SQLite compares names: without case."""
        return self.table.lower(), self.column.lower()


class Column(SchemaModel):
    """One column of a table."""

    name: str
    """The name as the database spells it."""
    natural_name: str
    """The name as a person says it: from a Spider `tables.json`, else with its words split."""
    declared_type: str = ""
    """The type of the CREATE TABLE statement, verbatim."""
    kind: ColumnKind = "text"
    """What the type means, by SQLite's affinity rules and the usual date words."""
    not_null: bool = False
    comment: str = ""
    """What the database says of it, where it keeps comments."""


class Table(SchemaModel):
    """One table or view, its columns in order."""

    name: str
    natural_name: str
    columns: tuple[Column, ...]
    primary_key: tuple[str, ...] = ()
    """Column names of the primary key, in key order; empty if none is declared."""
    hidden: tuple[str, ...] = ()
    """Columns that SQL may use and `*` does not show: a full-text table's own name (for MATCH) and `rank`."""
    is_view: bool = False
    comment: str = ""
    """What the database says of it, where it keeps comments."""

    @cached_property
    def _by_name(self) -> dict[str, Column]:
        return {column.name.lower(): column for column in self.columns}

    @cached_property
    def key(self) -> ColumnRef | None:
        """The column that alone is the primary key; None if none is declared, or several are one together."""
        return ColumnRef(table=self.name, column=self.primary_key[0]) if len(self.primary_key) == 1 else None

    def column(self, name: str) -> Column | None:
        """Find a column by name without case; None if there is none."""
        return self._by_name.get(name.lower())


class OmittedTable(SchemaModel):
    """A table or view of the file that nothing is asked about."""

    name: str
    reason: str
    """Why it cannot be read; empty for the inner tables of a virtual table."""


class ForeignKey(SchemaModel):
    """One column that refers to another (a composite key gives one entry a column pair)."""

    source: ColumnRef
    """The referring column."""
    target: ColumnRef
    """The referred column."""


class Schema(SchemaModel):
    """A database's tables and keys."""

    database_id: str
    tables: tuple[Table, ...]
    foreign_keys: tuple[ForeignKey, ...] = ()
    dialect: Dialect = "sqlite"
    omitted: tuple[OmittedTable, ...] = ()
    """What the file holds beside the tables: there, but unreadable or of no interest."""

    @cached_property
    def _hash(self) -> int:
        return hash((self.database_id, self.tables, self.foreign_keys))

    def __hash__(self) -> int:
        """Hash the content, once: much that follows from a schema alone is kept by it."""
        return self._hash

    @cached_property
    def _by_name(self) -> dict[str, Table]:
        return {table.name.lower(): table for table in self.tables}

    def table(self, name: str) -> Table | None:
        """Find a table by name without case; None if there is none."""
        return self._by_name.get(name.lower())

    def omits(self, name: str) -> bool:
        """Whether the file holds a table or view of this name that is not among the tables."""
        return any(table.name.lower() == name.lower() for table in self.omitted)

    def column(self, table: str, column: str) -> ColumnRef | None:
        """Return the reference as the database spells it; None if table or column do not exist."""
        return self._by_names.get((table.lower(), column.lower()))

    @cached_property
    def _by_names(self) -> dict[tuple[str, str], ColumnRef]:
        refs = (ColumnRef(table=table.name, column=column.name) for table in self.tables for column in table.columns)
        return {ref.folded: ref for ref in refs}

    @cached_property
    def columns(self) -> tuple[ColumnRef, ...]:
        """Every column of every table, in order."""
        return tuple(ColumnRef(table=t.name, column=c.name) for t in self.tables for c in t.columns)

    def describe(self, ref: ColumnRef) -> Column:
        """Return the column behind a reference of this schema; KeyError for a foreign one."""
        table = self.table(ref.table)
        column = table.column(ref.column) if table else None
        if column is None:
            raise KeyError(f"{ref} is not a column of {self.database_id!r}")
        return column
