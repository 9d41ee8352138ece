"""Query: a parsed SQL text with its scopes, which is what every rule of the validator reads."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from sqlglot import exp

from nodes.sql.parsing.find_scopes import scopes
from nodes.sql.parsing.scopes import Scope
from value_index.schema import Schema
from value_index.text.similarity import similarity

Holders = Callable[[str, tuple[str, str]], frozenset[tuple[str, str]]]
"""Given a text and a column (folded names), the columns that store the text; none if the column itself may store it."""


@dataclass(frozen=True, eq=False)
class Query:
    """One statement that gives rows, read against a schema."""

    tree: exp.Query
    schema: Schema
    holders: Holders | None = None
    """The stored values; None without a value index."""

    @cached_property
    def scopes(self) -> tuple[Scope, ...]:
        """The scope of every SELECT, an outer one before those inside it."""
        return scopes(self.tree, self.schema)

    @cached_property
    def missing(self) -> tuple[tuple[Scope, exp.Column], ...]:
        """The references that name nothing, those aside that may name a column of an unknown table."""
        return tuple((scope, column) for scope in self.scopes for column in scope.columns if _is_missing(scope, column))

    def homes(self, column: str) -> tuple[str, ...]:
        """Return the tables of the schema that have a column of this name, in the schema's order."""
        return tuple(table.name for table in self.schema.tables if table.column(column))


def _is_missing(scope: Scope, column: exp.Column) -> bool:
    """Whether a reference names no column and no alias."""
    if column.table:
        source = scope.source(column.table)
        return source is None or not (source.columns is None or source.has(column.name))
    if scope.names(column):
        return False
    return all(source.columns is not None for outer in scope.chain() for source in outer.sources)


def conjuncts(condition: exp.Expr | None) -> Iterator[exp.Expr]:
    """Yield the conditions that must all hold."""
    if isinstance(condition, exp.Where | exp.And | exp.Paren):
        yield from conjuncts(condition.this)
        yield from conjuncts(condition.args.get("expression"))
    elif condition is not None:
        yield condition


def nearest(name: str, candidates: Iterable[str]) -> str:
    """Return the candidate most like a name, the first of equals; "" if there is none."""
    return max(candidates, key=lambda candidate: similarity(name.lower(), candidate.lower()), default="")
