"""renamed_schema: a schema whose parts are called as one turn calls them, with columns that stand for its metrics."""

from __future__ import annotations

from functools import lru_cache

from value_index.schema import Column, Schema, Table

Renamed = tuple[tuple[tuple[str, str], str], ...]
"""Folded table and column (empty for the table itself) with the words that this turn says for it."""
Figures = tuple[tuple[str, Column], ...]
"""Columns that stand for metrics, each with its table."""


@lru_cache(maxsize=256)
def renamed_schema(schema: Schema, renamed: Renamed, figures: Figures) -> Schema:
    """Return a schema with other natural names and further columns; one object for many turns, since much is kept by it."""
    words = dict(renamed)

    def column(table: Table, inner: Column) -> Column:
        said = words.get((table.name.lower(), inner.name.lower()))
        return inner.model_copy(update={"natural_name": said}) if said else inner

    # Not model_copy of a table or schema, which would take along what the old one has computed.
    tables = tuple(
        Table(
            name=table.name,
            natural_name=words.get((table.name.lower(), ""), table.natural_name),
            columns=(
                *(column(table, inner) for inner in table.columns),
                *(figure for name, figure in figures if name == table.name),
            ),
            primary_key=table.primary_key,
            hidden=table.hidden,
            is_view=table.is_view,
            comment=table.comment,
        )
        for table in schema.tables
    )
    return Schema.model_validate({name: getattr(schema, name) for name in Schema.model_fields} | {"tables": tables})
