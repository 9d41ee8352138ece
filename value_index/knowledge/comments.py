"""of_comments: what a database says of its own tables and columns."""

from __future__ import annotations

from collections.abc import Iterator

from value_index.knowledge.store import Knowledge, NamedPart
from value_index.schema import ColumnRef, Schema

SOURCE = "comment of the database"


def of_comments(schema: Schema) -> Knowledge:
    """Return the comments of tables and columns as descriptions; empty where the database keeps none."""
    return Knowledge(parts=tuple(_parts(schema)))


def _parts(schema: Schema) -> Iterator[NamedPart]:
    for table in schema.tables:
        for name, comment in (("", table.comment), *((column.name, column.comment) for column in table.columns)):
            if said := " ".join(comment.split()):
                yield NamedPart(part=ColumnRef(table=table.name, column=name), description=said, source=SOURCE)
