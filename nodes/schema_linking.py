"""Which tables and columns the question needs."""

from __future__ import annotations

from nodes.node import Context, Variant
from nodes.state import ColumnLink, GraphState, SchemaLinks, TableLink


class Skip(Variant):
    """Hands on the whole schema."""

    async def __call__(self, state: GraphState, context: Context) -> SchemaLinks:
        return SchemaLinks(
            tables=tuple(TableLink(table=table.name, score=1.0) for table in context.schema.tables),
            columns=tuple(ColumnLink(column=column, score=1.0) for column in context.schema.columns),
        )
