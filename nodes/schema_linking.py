"""Which tables and columns the question needs."""

from __future__ import annotations

from pydantic import Field

from nodes.evidence import Evidence
from nodes.lexical_weights import COLUMN_LINK, TABLE_LINK
from nodes.linking import Linker
from nodes.node import Context, Variant
from nodes.state import ColumnLink, GraphState, SchemaLinks, TableLink


class Skip(Variant):
    """Hands on the whole schema."""

    async def __call__(self, state: GraphState, context: Context) -> SchemaLinks:
        return SchemaLinks(
            tables=tuple(TableLink(table=table.name, score=1.0) for table in context.schema.tables),
            columns=tuple(ColumnLink(column=column, score=1.0) for column in context.schema.columns),
        )


class Lexical(Variant):
    """Scores names, natural names, stems, value hits and the previous plan; hands on what is likely."""

    least_table: float = Field(default=0.4, ge=0, le=1)
    """Tables below this probability are left out; the best one never is."""
    least_column: float = Field(default=0.3, ge=0, le=1)
    """Columns below this probability are left out."""

    async def __call__(self, state: GraphState, context: Context) -> SchemaLinks:
        linker = Linker(Evidence.of(state, context, matches=True))
        return linker.links(COLUMN_LINK, TABLE_LINK, least_column=self.least_column, least_table=self.least_table)
