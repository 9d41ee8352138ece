"""Columns beside an aggregate that the grouping does not determine."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from nodes.sql.parsing.scopes import Scope, is_aggregate
from nodes.sql.validation.dependencies import Attribute, Dependencies
from nodes.sql.validation.query import Query
from nodes.state import Severity, Violation


def bare_column(query: Query) -> Iterator[Violation]:
    """Report a column outside the aggregates that may differ within its group, so that SQLite picks any row's.

    "The name and the average age of the pets": `SELECT name, avg(age) FROM pet` shows the name of some pet.

    An error in SELECT where the whole result is one group; a warning beside GROUP BY, in ORDER BY, beside a lone MIN or
    MAX (SQLite shows the row it found), and where WHERE holds the column to one value (other databases refuse it).
    """
    for scope in query.scopes:
        group = scope.select.args.get("group")
        if not group and not scope.aggregates:
            continue
        dependencies = Dependencies(scope, query.schema)
        terms = _grouping(scope)
        known = dependencies.closure(grouping_attributes(scope, dependencies))
        for clause, part in _parts(scope):
            for column in _bare(part, {term.sql() for term in terms}):
                attribute = None if scope.is_alias(column) else dependencies.attribute(column)
                if attribute and not (group and attribute in known):
                    mild = group or clause == "ORDER BY" or attribute in known or _picks_a_row(scope)
                    yield _violation(column, clause, "warning" if mild else "error", bool(group))


def _violation(column: exp.Column, clause: str, severity: Severity, grouped: bool) -> Violation:
    name = column.sql()
    reason = "is not determined by GROUP BY" if grouped else "stands beside an aggregate without GROUP BY"
    message = f"{name!r} in {clause} {reason}: group by it, aggregate it, or drop it"
    return Violation(kind="bare_column", severity=severity, message=message, subject=name)


def _grouping(scope: Scope) -> list[exp.Expr]:
    """Return the terms of GROUP BY, positions and aliases replaced by what they stand for."""
    group = scope.select.args.get("group")
    terms: list[exp.Expr] = []
    for term in group.expressions if group else ():
        if isinstance(term, exp.Literal) and not term.is_string and 0 < int(term.name) <= len(scope.select.expressions):
            terms.append(scope.select.expressions[int(term.name) - 1].unalias())
        elif isinstance(term, exp.Column) and scope.is_alias(term):
            terms.append(scope.aliases.get(term.name.lower(), term))
        else:
            terms.append(term)
    return terms


def grouping_attributes(scope: Scope, dependencies: Dependencies) -> Iterator[Attribute]:
    """Yield the columns that GROUP BY names."""
    for term in _grouping(scope):
        attribute = dependencies.attribute(term) if isinstance(term, exp.Column) else None
        if attribute:
            yield attribute


def _picks_a_row(scope: Scope) -> bool:
    """Whether the aggregates are one MIN or MAX, beside which SQLite takes bare columns from the row found."""
    return len({call.sql() for call in scope.aggregates}) == 1 and isinstance(scope.aggregates[0], exp.Min | exp.Max)


def _parts(scope: Scope) -> Iterator[tuple[str, exp.Expr]]:
    """Yield what a group is shown and ordered by."""
    for projection in scope.select.expressions:
        yield "SELECT", projection
    order = scope.select.args.get("order")
    for ordered in order.expressions if order else ():
        yield "ORDER BY", ordered


def _bare(part: exp.Expr, grouped: set[str]) -> Iterator[exp.Column]:
    """Yield the columns of a term outside of aggregates, sub-queries and expressions that are grouped by."""

    def closed(node: exp.Expr) -> bool:
        aggregated = is_aggregate(node) or (isinstance(node, exp.Filter) and is_aggregate(node.this))
        return aggregated or isinstance(node, exp.Query) or node.sql() in grouped

    for node in part.walk(prune=closed):
        if isinstance(node, exp.Column) and not closed(node) and not isinstance(node.this, exp.Star):
            yield node
