"""The same condition twice."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from nodes.sql.validation.query import Query, conjuncts
from nodes.state import Violation


def repeated_condition(query: Query) -> Iterator[Violation]:
    """Report a condition that stands twice in one conjunction: the second takes the place of one that was meant.

    "Are there branches in Shanghai?": `WHERE city = 'Shanghai' AND city = 'Shanghai'`.
    """
    for scope in query.scopes:
        for clause in ("where", "having"):
            node = scope.select.args.get(clause)
            seen: list[exp.Expr] = []
            for condition in conjuncts(node.this if node else None):
                if condition in seen:
                    message = f"the condition {condition.sql()} stands twice: is another meant?"
                    subject = condition.sql()
                    yield Violation(kind="repeated_condition", severity="warning", message=message, subject=subject)
                seen.append(condition)
