"""Values and functions that do not fit a column's type."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from nodes.sql.parsing.scopes import Scope
from nodes.sql.validation.query import Query
from nodes.state import Violation
from value_index.schema import Column

_COMPARISONS = (exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE, exp.Between, exp.In)


def type_mismatch(query: Query) -> Iterator[Violation]:
    """Report a number column compared with words, and SUM or AVG over words.

    "Pets of age seven": `SELECT name FROM pet WHERE age = 'seven'`.

    A warning: SQLite compares and adds what it is given, and a column of numbers may hold text.
    """
    for scope in query.scopes:
        for column in scope.columns:
            described = _describe(scope, column)
            if described is None:
                continue
            if described.kind == "number":
                for word in _words_compared(column):
                    yield _warning(f"{column.sql()!r} holds numbers and is compared with {word!r}", column)
            elif described.kind in ("text", "time") and isinstance(column.parent, exp.Sum | exp.Avg):
                name = column.parent.key.upper()
                yield _warning(f"{name} over {column.sql()!r}, which holds {described.kind}", column)


def _warning(message: str, column: exp.Column) -> Violation:
    return Violation(kind="type_mismatch", severity="warning", message=message, subject=column.sql())


def _describe(scope: Scope, column: exp.Column) -> Column | None:
    source = scope.resolve(column)
    return source.table.column(column.name) if source and source.table else None


def _words_compared(column: exp.Column) -> Iterator[str]:
    """Yield the string literals that a column is compared with and that are no numbers."""
    comparison = column.parent
    if not isinstance(comparison, _COMPARISONS):
        return
    for node in comparison.iter_expressions():
        if isinstance(node, exp.Literal) and node.is_string and not _is_number(node.name):
            yield node.name


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
