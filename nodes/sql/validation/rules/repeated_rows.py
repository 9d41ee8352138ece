"""Lists whose rows a table repeats that nothing else needs."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from nodes.sql.parsing.scopes import Scope
from nodes.sql.validation.dependencies import ROW, Dependencies
from nodes.sql.validation.query import Query
from nodes.state import Violation


def repeated_rows(query: Query) -> Iterator[Violation]:
    """Report a joined table that no other clause needs and that can show a row of the list several times.

    "Names of the customers": `SELECT T1.name FROM customer AS T1 JOIN purchase AS T2 ON T1.id = T2.customer_id`.
    """
    for scope in query.scopes:
        select = scope.select
        # A list that is cut may be the first of several equal rows.
        plain = not (any(select.args.get(name) for name in ("distinct", "group", "limit")) or scope.aggregates)
        if len(scope.sources) < 2 or not plain or scope.parent or any(item.is_star for item in select.expressions):
            continue
        if isinstance(select.parent, exp.SetOperation | exp.In | exp.Exists):
            continue  # rows once each, or only asked for
        dependencies = Dependencies(scope, query.schema)
        for index, source in enumerate(scope.sources):
            if source.table is not None and not _needed(index, scope, dependencies) and _repeats(index, dependencies):
                message = f"{source.name!r} is needed by nothing and repeats rows: drop the join, or use DISTINCT"
                yield Violation(kind="fan_out", severity="warning", message=message, subject=source.name)


def _needed(index: int, scope: Scope, dependencies: Dependencies) -> bool:
    """Whether a source is named elsewhere than in the one equality that joins it, or joins two others."""
    pairs = [pair for pair in dependencies.pairs() if index in (pair[0][0], pair[1][0])]
    if len({end[0] for pair in pairs for end in pair} - {index}) != 1:
        return True
    named = sum((found := dependencies.attribute(column)) is not None and found[0] == index for column in scope.columns)
    return named > len(pairs)


def _repeats(index: int, dependencies: Dependencies) -> bool:
    """Whether one row of the other sources may meet several of this one."""
    others = [(other, ROW) for other in range(len(dependencies.scope.sources)) if other != index]
    return (index, ROW) not in dependencies.closure(others) and dependencies.repeats(index)
