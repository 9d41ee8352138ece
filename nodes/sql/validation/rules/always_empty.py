"""Conditions that no row can meet, whatever the tables hold."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from nodes.sql.validation.keys import column_of
from nodes.sql.validation.query import Query, conjuncts
from nodes.state import Violation

_NARROWING = ("where", "joins", "group", "having", "limit", "offset", "with_")


def always_empty(query: Query) -> Iterator[Violation]:
    """Report a column that must not be among all its own values, and a query without its own rows.

    "Which films have no director?": `director NOT IN (SELECT director FROM film)` over `film`; `director IS NULL` is meant.
    """
    inner = {id(scope.select): scope for scope in query.scopes}
    for scope in query.scopes:
        for condition in conjuncts(scope.select.args.get("where")):
            member = condition.this if isinstance(condition, exp.Not) else None
            asked = member.args.get("query") if isinstance(member, exp.In) else None
            select = asked.unnest() if isinstance(asked, exp.Query) else None
            if not isinstance(member, exp.In) or not isinstance(select, exp.Select) or id(select) not in inner:
                continue
            if any(select.args.get(name) for name in _NARROWING) or len(select.expressions) != 1:
                continue
            left = column_of(scope, member.this)
            right = column_of(inner[id(select)], select.expressions[0].unalias())
            if left and right and left[1] == right[1]:
                yield _error(
                    f"{condition.sql()} holds for no row: each value of {member.this.sql()!r} is among its own"
                )
    for compound in query.tree.find_all(exp.Except):
        if compound.this.unnest() == compound.expression.unnest():
            yield _error("EXCEPT of a query with itself leaves no row")


def _error(message: str) -> Violation:
    return Violation(kind="always_empty", severity="error", message=message)
