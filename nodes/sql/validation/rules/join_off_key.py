"""Joins that no key explains."""

from __future__ import annotations

from collections.abc import Iterator

from nodes.sql.parsing.scopes import Scope
from nodes.sql.validation.dependencies import ROW, Attribute, Dependencies, table_keys
from nodes.sql.validation.query import Query
from nodes.state import Violation
from value_index.schema import Schema, Table


def join_off_key(query: Query) -> Iterator[Violation]:
    """Report a table joined without a condition, or on columns that are no pair of a key and what refers to it.

    "Pets with their owners": `FROM pet JOIN owner ON pet.id = owner.id`, where `pet.owner_id = owner.id` is the key.
    """
    for scope in query.scopes:
        dependencies = Dependencies(scope, query.schema)
        pairs = tuple(dependencies.pairs())
        for index, source in enumerate(scope.sources):
            if index == 0 or source.columns is None:
                continue
            own = [pair for pair in pairs if _joins(pair, index)]
            if not own and source.query is None and not dependencies.ties(index):
                message = f"{source.name!r} is joined without a condition: every row meets every row"
                yield Violation(kind="join_off_key", severity="warning", message=message, subject=source.name)
            elif own and not any(_on_key(scope, pair, query.schema) for pair in own):
                written = " and ".join(f"{_written(scope, left)} = {_written(scope, right)}" for left, right in own)
                message = f"the join on {written} follows no key: check the columns"
                yield Violation(kind="join_off_key", severity="warning", message=message, subject=source.name)


def _joins(pair: tuple[Attribute, Attribute], index: int) -> bool:
    """Whether an equality ties a source to one before it."""
    return max(pair[0][0], pair[1][0]) == index != min(pair[0][0], pair[1][0])


def _written(scope: Scope, attribute: Attribute) -> str:
    return f"{scope.sources[attribute[0]].name}.{attribute[1]}"


def _on_key(scope: Scope, pair: tuple[Attribute, Attribute], schema: Schema) -> bool:
    """Whether two columns refer, in steps of foreign keys, to the same column, or share the name of a key."""
    (left, left_name), (right, right_name) = pair
    first, second = scope.sources[left].table, scope.sources[right].table
    if first is None or second is None or ROW in (left_name, right_name):
        return True
    ends = (first.name.lower(), left_name), (second.name.lower(), right_name)
    if ends[1] in _related(ends[0], schema) or _meets_primary_key(ends, (first, second), schema):
        return True
    return left_name == right_name and any(
        left_name in key for table in (first, second) for key in table_keys(table, schema)
    )


def _meets_primary_key(
    ends: tuple[tuple[str, str], tuple[str, str]], tables: tuple[Table, Table], schema: Schema
) -> bool:
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


def _related(column: tuple[str, str], schema: Schema) -> set[tuple[str, str]]:
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
