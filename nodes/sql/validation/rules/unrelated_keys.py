"""Sub-queries that compare a key with what it has nothing to do with."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from nodes.sql.parsing.scopes import own_nodes
from nodes.sql.validation.keys import column_of, is_key, meets_primary_key, related
from nodes.sql.validation.query import Query
from nodes.state import Violation


def unrelated_keys(query: Query) -> Iterator[Violation]:
    """Report `x IN (SELECT y ...)` over a key and a column that no declared key, nor their name, ties to it.

    "Films without a director": `id NOT IN (SELECT director FROM film)`.
    """
    inner = {id(scope.select): scope for scope in query.scopes}
    for scope in query.scopes:
        for member in own_nodes(scope.select):
            asked = member.args.get("query") if isinstance(member, exp.In) else None
            select = asked.unnest() if isinstance(asked, exp.Query) else None
            if not isinstance(select, exp.Select) or id(select) not in inner or len(select.expressions) != 1:
                continue
            left = column_of(scope, member.this)
            right = column_of(inner[id(select)], select.expressions[0].unalias())
            if left is None or right is None or left[1][1] == right[1][1]:
                continue
            ends, tables = (left[1], right[1]), (left[0], right[0])
            tied = ends[1] in related(ends[0], query.schema) or meets_primary_key(ends, tables, query.schema)
            if not tied and any(is_key(end, query.schema) for end in ends):
                names = " and ".join(repr(".".join(end)) for end in ends)
                message = f"{names} hang together by no key: check the columns"
                yield Violation(kind="unrelated_keys", severity="warning", message=message, subject=member.this.sql())
