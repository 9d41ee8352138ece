"""in_sqlite: the schema of a copy, which is a SQLite file whatever engine holds the database that it is drawn from."""

from __future__ import annotations

from nodes.plan import ColumnTerm
from nodes.sql.writing.term_kinds import TermKinds
from value_index.schema import Column, Schema, Table


def in_sqlite(schema: Schema) -> Schema:
    """Return a schema with its types in SQLite's words; SQLite's own as it is."""
    if schema.dialect == "sqlite":
        return schema
    tables = tuple(
        Table(
            name=table.name, natural_name=table.natural_name, primary_key=table.primary_key, is_view=table.is_view,
            columns=tuple(_column(column, table, schema) for column in table.columns),
        )
        for table in schema.tables
    )  # fmt: skip
    return Schema(database_id=schema.database_id, tables=tables, foreign_keys=schema.foreign_keys)


def _column(column: Column, table: Table, schema: Schema) -> Column:
    kind = TermKinds(schema).of(ColumnTerm(table=table.name, column=column.name))
    declared = {"integer": "INTEGER", "boolean": "INTEGER", "real": "REAL", "other": "BLOB"}.get(kind, "TEXT")
    return column.model_copy(update={"declared_type": declared})
