"""Joins that no key explains."""

from __future__ import annotations

from collections.abc import Iterator

from nodes.sql.parsing.scopes import Scope
from nodes.sql.validation.dependencies import ROW, Attribute, Dependencies, table_keys
from nodes.sql.validation.keys import meets_primary_key, related
from nodes.sql.validation.query import Query
from nodes.state import Violation
from value_index.schema import Schema


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
    if ends[1] in related(ends[0], schema) or meets_primary_key(ends, (first, second), schema):
        return True
    return left_name == right_name and any(
        left_name in key for table in (first, second) for key in table_keys(table, schema)
    )
