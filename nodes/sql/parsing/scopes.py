"""Scopes: what the names of one SELECT may refer to, by SQLite's rules: the one model of them.

The reader of plans (`nodes.sql.to_plan`) turns what `Scope.find` says into terms, and refuses where it says nothing; the
validator's rules read the same scopes, and go on where a table is unknown or a name means several things.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from sqlglot import exp

from value_index.schema import Table

MAX_COLUMNS = 2_000
"""Columns of a query's result; SQLite has no more either, and stars over stars would double them."""
ROW_IDS = frozenset({"rowid", "oid", "_rowid_"})


@dataclass(frozen=True, eq=False)
class Source:
    """One entry of FROM."""

    name: str
    """What qualifies its columns: the alias, else the table's name; "" for a sub-query without alias."""
    columns: tuple[str, ...] | None
    """Its column names in order; None if nothing is known of it."""
    node: exp.Expr
    """The source's node in the tree."""
    table: Table | None = None
    """The table of the schema; None for a sub-query, a common table expression or an unknown table."""
    query: exp.Query | None = None
    """The query that gives the rows, where one does."""
    join: exp.Join | None = None
    """The join that brings it in; None for the first."""
    merged: frozenset[str] = frozenset()
    """Folded names that USING or NATURAL shares with a source before it: an unqualified star shows them once."""

    @cached_property
    def folded(self) -> frozenset[str]:
        """Its column names as SQLite compares them."""
        return frozenset(name.lower() for name in self.columns or ())

    def has(self, name: str) -> bool:
        """Whether the source has the column; one of which nothing is known has none."""
        folded = name.lower()
        if folded in self.folded:
            return True
        return self.table is not None and (folded in ROW_IDS or folded in map(str.lower, self.table.hidden))


class Meaning(NamedTuple):
    """What a name means."""

    scope: Scope
    """The innermost scope in which it means anything."""
    sources: tuple[Source, ...]
    """The sources whose column it may be, in order; none for the alias of a projection."""


@dataclass(frozen=True, eq=False)
class Scope:
    """One SELECT with its sources, inside the scopes around it."""

    select: exp.Select
    sources: tuple[Source, ...]
    parent: Scope | None = None
    """The SELECT whose names it sees too: a sub-query in FROM sees past the one it stands in to those further out."""

    def chain(self) -> Iterator[Scope]:
        """Yield the scope and those around it, the inner first."""
        scope: Scope | None = self
        while scope is not None:
            yield scope
            scope = scope.parent

    @cached_property
    def aliases(self) -> Mapping[str, exp.Expr]:
        """Folded alias of each projection that has one, with the expression it names."""
        return {p.alias.lower(): p.this for p in self.select.expressions if isinstance(p, exp.Alias)}

    @cached_property
    def columns(self) -> tuple[exp.Column, ...]:
        """The column references of this SELECT itself, not of a query inside it (nor `t.*`)."""
        found = (node for node in own_nodes(self.select) if isinstance(node, exp.Column))
        return tuple(column for column in found if not isinstance(column.this, exp.Star))

    @cached_property
    def aggregates(self) -> tuple[exp.Func, ...]:
        """The aggregate calls of this SELECT itself."""
        return tuple(node for node in own_nodes(self.select) if isinstance(node, exp.Func) and is_aggregate(node))

    def source(self, qualifier: str) -> Source | None:
        """Find the source that a qualifier names, the inner scope first."""
        every = (source for scope in self.chain() for source in scope.sources)
        return next((source for source in every if source.name.lower() == qualifier.lower()), None)

    def find(self, name: str, qualifier: str = "") -> Meaning | None:
        """Return what a name means outside of ORDER BY: a column, else an alias, of the innermost scope that has it."""
        folded, qualifier = name.lower(), qualifier.lower()
        for scope in self.chain():
            if qualifier:
                found = tuple(s for s in scope.sources if s.name.lower() == qualifier and s.has(name))[:1]
            else:
                found = tuple(s for s in scope.sources if s.has(name) and folded not in s.merged)
            if found or (not qualifier and folded in scope.aliases):
                return Meaning(scope, found)
        return None

    def owners(self, name: str) -> tuple[Source, ...]:
        """Return the sources an unqualified name may mean: those of the innermost scope that has it."""
        meaning = self.find(name)
        return meaning.sources if meaning else ()

    def resolve(self, column: exp.Column) -> Source | None:
        """Return the source that a reference means; None if it means none, several, or a projection's alias."""
        meaning = None if self.is_alias(column) else self.find(column.name, column.table)
        return meaning.sources[0] if meaning and len(meaning.sources) == 1 else None

    def is_alias(self, column: exp.Column) -> bool:
        """Whether the name means a projection: in ORDER BY an alias comes before a column, elsewhere after."""
        if column.table:
            return False
        if isinstance(column.parent, exp.Ordered) and column.name.lower() in self.aliases:
            return True
        meaning = self.find(column.name)
        return meaning is not None and not meaning.sources

    def names(self, column: exp.Column) -> bool:
        """Whether an unqualified name means anything: a column, or several, or a projection."""
        return self.is_alias(column) or bool(self.owners(column.name))


def is_aggregate(node: exp.Expr) -> bool:
    """Whether a node is an aggregate call over the group (a window function is none)."""
    if isinstance(node.parent, exp.Window):
        return False
    if isinstance(node, exp.Anonymous):
        return node.name.lower() in ("total", "group_concat", "json_group_array", "json_group_object")
    return isinstance(node, exp.AggFunc)


def own_nodes(root: exp.Expr) -> Iterator[exp.Expr]:
    """Walk an expression without entering the queries inside it (they are yielded, their content is not)."""
    return root.walk(prune=lambda node: node is not root and isinstance(node, exp.Query) and not is_join_group(node))


def is_join_group(node: exp.Expr) -> bool:
    """Whether parentheses hold joined tables rather than a query."""
    return isinstance(node, exp.Subquery) and not isinstance(node.this, exp.Query)
