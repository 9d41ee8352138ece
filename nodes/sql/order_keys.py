"""order_keys: a query that gives its ORDER BY values beside its rows."""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import exp

from nodes.sql.parsing.parse import DIALECTS, parse
from value_index.schema import Schema


@dataclass(frozen=True)
class OrderKeys:
    """The places of a query's ORDER BY values."""

    sql: str
    """The query with the values appended as further columns; "" if its own columns hold them all."""
    positions: tuple[int, ...]
    """Index of each value in a row, as Python counts: from the end where it is negative."""


def order_keys(sql: str, schema: Schema) -> OrderKeys | None:
    """Find or append the values that the outermost ORDER BY sorts by; None if they cannot be selected.

    Under DISTINCT, and of a set operation, a further column would change the rows: there each value must be one of the
    query's own columns.

    Raises:
        SQLError: the SQL does not parse.
    """
    tree = parse(sql, schema)
    order = tree.args.get("order")
    if order is None:
        return None
    terms = [ordered.this for ordered in order.expressions]
    outputs = _outputs(tree)
    fixed = not isinstance(tree, exp.Select) or tree.args.get("distinct") is not None
    positions = [_position(term, outputs, schema) for term in terms]
    missing = [term for term, position in zip(terms, positions, strict=True) if position is None]
    if not missing:
        return OrderKeys("", tuple(position for position in positions if position is not None))
    if fixed or not isinstance(tree, exp.Select):
        return None
    extended = tree.select(*(term.copy() for term in missing), copy=True)
    appended = iter(range(-len(missing), 0))
    places = tuple(next(appended) if position is None else position for position in positions)
    return OrderKeys(extended.sql(dialect=DIALECTS[schema.dialect]), places)


def _outputs(tree: exp.Query) -> list[exp.Expr] | None:
    """Return the projections by position; None if a star hides how many there are."""
    selects = tree.selects
    return None if any(item.is_star for item in selects) else selects


def _position(term: exp.Expr, outputs: list[exp.Expr] | None, schema: Schema) -> int | None:
    """Return which column a term of ORDER BY is, by SQLite's rules: an ordinal, an alias, else the same expression."""
    if isinstance(term, exp.Literal) and not term.is_string:
        return int(term.name) - 1
    if outputs is None:
        return None
    if isinstance(term, exp.Column) and not term.table:
        labels = [item.alias_or_name.lower() for item in outputs]
        if term.name.lower() in labels:
            return labels.index(term.name.lower())
    written = [_written(item.unalias(), schema) for item in outputs]
    own = _written(term, schema)
    return written.index(own) if own in written else None


def _written(item: exp.Expr, schema: Schema) -> str:
    return item.sql(dialect=DIALECTS[schema.dialect], normalize=True)
