"""Sums and means of keys."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from nodes.sql.validation.keys import column_of, is_key
from nodes.sql.validation.query import Query
from nodes.state import Violation


def key_arithmetic(query: Query) -> Iterator[Violation]:
    """Report SUM and AVG over a primary key or a column that refers to one: they number rows, and measure nothing.

    "What is the total amount of orders?": `sum(order_id)`; `sum(amount)` is meant.
    """
    for scope in query.scopes:
        for call in scope.aggregates:
            if not isinstance(call, exp.Sum | exp.Avg):
                continue
            argument = call.this.expressions[0] if isinstance(call.this, exp.Distinct) else call.this
            found = column_of(scope, argument)
            if found and is_key(found[1], query.schema):
                message = f"{call.key.upper()} over {argument.sql()!r}, which is a key: which measure is meant?"
                yield Violation(kind="key_arithmetic", severity="warning", message=message, subject=argument.sql())
