"""linked_tables, linked_columns: the part of a schema that a turn is linked to, with the keys that tie it together."""

from __future__ import annotations

from nodes.state import SchemaLinks
from value_index.schema import Schema, Table


def linked_tables(schema: Schema, links: SchemaLinks | None) -> Schema:
    """Return the linked tables, whole; the schema itself where nothing is linked."""
    names = {link.table.lower() for link in links.tables} if links else set[str]()
    names |= {link.column.table.lower() for link in links.columns} if links else set()
    return _part(schema, [table for table in schema.tables if table.name.lower() in names]) if names else schema


def linked_columns(schema: Schema, links: SchemaLinks | None) -> Schema:
    """Return the linked tables with their linked columns and keys only; the schema itself where nothing is linked."""
    if links is None or not links.columns:
        return schema
    linked = {link.column.folded for link in links.columns}
    keys = {ref.folded for key in schema.foreign_keys for ref in (key.source, key.target)}

    def kept(table: Table) -> Table:
        primary = {name.lower() for name in table.primary_key}
        columns = tuple(
            column
            for column in table.columns
            if (table.name.lower(), column.name.lower()) in linked | keys or column.name.lower() in primary
        )
        return table.model_copy(update={"columns": columns or table.columns[:1]})

    part = linked_tables(schema, links)
    return _part(schema, [kept(table) for table in part.tables])


def _part(schema: Schema, tables: list[Table]) -> Schema:
    kept = {(table.name.lower(), column.name.lower()) for table in tables for column in table.columns}
    keys = tuple(key for key in schema.foreign_keys if {key.source.folded, key.target.folded} <= kept)
    return Schema(database_id=schema.database_id, tables=tuple(tables), foreign_keys=keys, dialect=schema.dialect)
