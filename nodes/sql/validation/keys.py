"""Keys: which columns of a schema hang together, and which columns a reference means."""

from __future__ import annotations

from sqlglot import exp

from nodes.sql.parsing.scopes import Scope
from value_index.schema import Schema, Table

End = tuple[str, str]
"""Folded names of a table and a column."""


def related(column: End, schema: Schema) -> set[End]:
    """Return the columns that foreign keys tie to one, in either direction and any number of steps."""
    reached, frontier = {column}, [column]
    while frontier:
        now = frontier.pop()
        for key in schema.foreign_keys:
            ends = (key.source.folded, key.target.folded)
            if now in ends:
                other = ends[1] if ends[0] == now else ends[0]
                if other not in reached:
                    reached.add(other)
                    frontier.append(other)
    return reached


def is_key(column: End, schema: Schema) -> bool:
    """Whether a column is the whole primary key of its table, or refers to another."""
    table = schema.table(column[0])
    primary = tuple(name.lower() for name in table.primary_key) if table else ()
    return primary == (column[1],) or any(key.source.folded == column for key in schema.foreign_keys)


def meets_primary_key(ends: tuple[End, End], tables: tuple[Table, Table], schema: Schema) -> bool:
    """Whether one side is a table's whole primary key, and no declared key says how the two tables hang together.

    The other side is no key of its own, declared or referring, and of the same kind.
    """
    referring = {key.source.folded for key in schema.foreign_keys}
    tied = {frozenset((key.source.folded[0], key.target.folded[0])) for key in schema.foreign_keys}
    if frozenset(end[0] for end in ends) in tied:
        return False
    for (key, other), (table, opposite) in ((ends, tables), (ends[::-1], tables[::-1])):
        left, right = table.column(key[1]), opposite.column(other[1])
        if left is None or right is None or left.kind != right.kind or other in referring:
            continue
        whole = tuple(name.lower() for name in table.primary_key) == (key[1],)
        if whole and other[1] not in map(str.lower, opposite.primary_key):
            return True
    return False


def column_of(scope: Scope, node: exp.Expr) -> tuple[Table, End] | None:
    """Return the table and column of the schema that an expression is; None if it is anything else."""
    if not isinstance(node, exp.Column) or scope.is_alias(node):
        return None
    source = scope.resolve(node)
    if source is None or source.table is None or source.table.column(node.name) is None:
        return None
    return source.table, (source.table.name.lower(), node.name.lower())
