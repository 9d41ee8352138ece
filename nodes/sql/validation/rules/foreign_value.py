"""Texts compared with a column that does not store them, while others do."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from nodes.sql.validation.keys import column_of, related
from nodes.sql.validation.query import Query
from nodes.state import Violation


def foreign_value(query: Query) -> Iterator[Violation]:
    """Report a text that only other columns store; silent without a value index.

    "Clients in Berlin": `name = 'Berlin'`, where `city` holds Berlin and `name` does not.
    """
    if query.holders is None:
        return
    for scope in query.scopes:
        for column in scope.columns:
            found = column_of(scope, column)
            if found is None:
                continue
            for text in _compared(column):
                holders = query.holders(text, found[1])
                if holders and not holders & related(found[1], query.schema):
                    first = ".".join(min(holders))
                    message = f"{column.sql()!r} does not store {text!r}: {first} does"
                    yield Violation(
                        kind="foreign_value",
                        severity="warning",
                        message=message,
                        subject=column.sql(),
                        suggestion=first,
                    )


def _compared(column: exp.Column) -> Iterator[str]:
    """Yield the texts that a column is held equal to."""
    place = column.parent
    if isinstance(place, exp.EQ):
        others = (place.this, place.expression)
    elif isinstance(place, exp.In) and place.this is column:
        others = tuple(place.expressions)
    else:
        return
    for other in others:
        # A text of digits may be meant as the number that it is.
        if isinstance(other, exp.Literal) and other.is_string and any(map(str.isalpha, other.name)):
            yield other.name
