"""What the grammar lets through and SQLite still refuses, whatever the schema."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from nodes.sql.parsing.find_scopes import outputs
from nodes.sql.parsing.scopes import is_aggregate, own_nodes
from nodes.sql.validation.query import Query
from nodes.state import Violation


def set_operation(query: Query) -> Iterator[Violation]:
    """Report members of a set operation of different width, or with an ordering or limit of their own.

    "Names of cats and dogs, with the age of the dogs": `SELECT name FROM cat UNION SELECT name, age FROM dog`.
    """
    for compound in query.tree.find_all(exp.SetOperation):
        word = compound.key.upper()
        for member in (compound.this, compound.expression):
            # The parser itself wraps a left member in which another set operation comes first.
            if isinstance(member, exp.Subquery) and isinstance(member.this, exp.Select):
                yield _error(f"a member of {word} stands in parentheses: drop them", word)
            elif member.args.get("order") or member.args.get("limit"):
                yield _error(
                    f"ORDER BY or LIMIT before {word}: move it after the last member, or into a sub-query", word
                )
        left, right = (outputs(member, query.schema) for member in (compound.this, compound.expression))
        if left is not None and right is not None and len(left) != len(right):
            yield _error(f"{word} of {len(left)} and {len(right)} columns: give both members the same number", word)


def misplaced_aggregate(query: Query) -> Iterator[Violation]:
    """Report an aggregate in WHERE, ON or GROUP BY, an aggregate inside another, and HAVING without either.

    "Owners of more than two pets": `SELECT owner_id FROM pet WHERE count(*) > 2`, which belongs into HAVING.
    """
    for scope in query.scopes:
        for aggregate in scope.aggregates:
            clause = aggregate.find_ancestor(exp.Where, exp.Group, exp.Join, exp.Select)
            name = aggregate.name if isinstance(aggregate, exp.Anonymous) else aggregate.key
            if isinstance(clause, exp.Where | exp.Join) and not isinstance(aggregate.parent, exp.Filter):
                yield _error(f"{name.upper()} in WHERE or ON: move the condition to HAVING, or into a sub-query", name)
            elif isinstance(clause, exp.Group):
                yield _error(f"{name.upper()} in GROUP BY: group by columns", name)
            if any(is_aggregate(node) for node in own_nodes(aggregate) if node is not aggregate):
                yield _error(f"an aggregate inside {name.upper()}: compute it in a sub-query", name)
        having = scope.select.args.get("having")
        if having and not scope.select.args.get("group") and not scope.aggregates:
            yield _error("HAVING without GROUP BY or aggregate: use WHERE", "HAVING")


def _error(message: str, subject: str) -> Violation:
    return Violation(kind="syntax", severity="error", message=message, subject=subject)
