"""respelled: SQL over a schema, spelled as another engine takes it."""

from __future__ import annotations

from functools import lru_cache

from sqlglot.errors import SqlglotError

from nodes.sql.errors import SQLError
from nodes.sql.from_plan import from_plan
from nodes.sql.parsing.parse import DIALECTS
from nodes.sql.to_plan import to_plan
from value_index.schema import Dialect, Schema


def respelled(sql: str, schema: Schema, dialect: Dialect) -> str:
    """Return SQL in another dialect: by its plan, or clause by clause if no plan holds it; as it is if it does not parse.

    Args:
        sql: in the schema's dialect.
        dialect: of the engine that is to run it.
    """
    if dialect == schema.dialect:
        return sql
    try:
        return from_plan(to_plan(sql, schema), _in(schema, dialect))
    except SQLError:
        pass
    try:
        trees = DIALECTS[schema.dialect]().parse(sql)
        return "; ".join(tree.sql(dialect=DIALECTS[dialect]) for tree in trees if tree)
    except (SqlglotError, ValueError, RecursionError):
        return sql


@lru_cache(maxsize=64)
def _in(schema: Schema, dialect: Dialect) -> Schema:
    # Not model_copy, which would take what the whole schema has computed along.
    return Schema.model_validate({name: getattr(schema, name) for name in Schema.model_fields} | {"dialect": dialect})
