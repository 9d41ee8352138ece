"""What a name means inside one SELECT."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlglot import exp

from nodes.plan import ColumnTerm, DerivedTerm, PlanModel, Source, TableSource, Term
from nodes.plan.traversal import rewrite
from nodes.sql.errors import SQLError
from value_index.schema import Schema, Table

MAX_BLOCKS = 200
MAX_COLUMNS = 2_000
"""SQLite's own bound."""


@dataclass(frozen=True)
class Output:
    """One result column of a query, stars expanded."""

    label: str
    """The name by which an enclosing query knows it."""
    term: Term


@dataclass(frozen=True)
class CommonTable:
    """An entry of WITH, read anew wherever it is named."""

    query: exp.Query
    columns: tuple[str, ...]
    """The explicit column list; () where the query's own labels hold."""
    visible: Mapping[str, CommonTable]
    """The entries that the query itself may name."""


@dataclass(frozen=True)
class SourceScope:
    """One source of FROM and the columns it brings."""

    index: int
    name: str
    """The folded alias, or table name; "" for a sub-query without one."""
    source: Source
    occurrence: int
    labels: tuple[str, ...]
    """Column names, in order."""

    def find(self, name: str) -> Term | None:
        """Return the term for a column of this source by name without case."""
        folded = name.lower()
        for position, label in enumerate(self.labels):
            if label.lower() == folded:
                return self.term(position)
        return None

    def term(self, position: int) -> Term:
        """Return the term for a column of this source by position."""
        if isinstance(self.source, TableSource):
            return ColumnTerm(table=self.source.table, column=self.labels[position], occurrence=self.occurrence)
        return DerivedTerm(source=self.index, position=position)


@dataclass
class Scope:
    """The names of one SELECT, filled as its clauses are read: FROM first, then the result aliases."""

    schema: Schema
    parent: Scope | None = None
    reaches_parent: bool = True
    """False for a sub-query in FROM: it sees past the SELECT around it to the ones further out."""
    common_tables: Mapping[str, CommonTable] = field(default_factory=dict[str, CommonTable])
    sources: list[SourceScope] = field(default_factory=list[SourceScope])
    merged: set[tuple[int, str]] = field(default_factory=set[tuple[int, str]])
    """Source and folded name of the columns that USING or NATURAL folded into an earlier source's: no star shows them."""
    blocks: list[int] = field(default_factory=lambda: [0])
    """How many SELECTs of the whole query have been read: shared by all its scopes."""
    aliases: dict[str, Term] = field(default_factory=dict[str, Term])
    """Folded result aliases; SQLite lets every clause after SELECT use them."""

    def table(self, name: str) -> Table:
        """Find a table of the schema.

        Raises:
            SQLError: `unknown_table`.
        """
        table = self.schema.table(name)
        if table is None:
            raise SQLError("unknown_table", f"no table is called {name!r}", name)
        return table

    def add(self, source: Source, name: str, labels: tuple[str, ...]) -> SourceScope:
        """Append a source to FROM under a name."""
        occurrence = (
            sum(1 for other in self.sources if other.source == source) if isinstance(source, TableSource) else 0
        )
        scope = SourceScope(len(self.sources), name.lower(), source, occurrence, labels)
        self.sources.append(scope)
        return scope

    def resolve(self, name: str, qualifier: str = "") -> Term:
        """Return the term that a column name means: sources first, then aliases, then the queries around.

        Raises:
            SQLError: `unknown_column`, or `unknown_table` for a qualifier that no source has.
        """
        scope, outer, qualified = self, 0, False
        while scope is not None:
            qualified = qualified or any(source.name == qualifier.lower() for source in scope.sources)
            if term := scope._own(name, qualifier):
                return _moved_out(term, outer) if outer else term
            scope, outer = scope._next(outer)
        if qualifier and not qualified:
            raise SQLError("unknown_table", f"no table in FROM is called {qualifier!r}", qualifier)
        shown = f"{qualifier}.{name}" if qualifier else name
        raise SQLError("unknown_column", f"no column in scope is called {shown!r}", shown)

    def _own(self, name: str, qualifier: str) -> Term | None:
        for source in self.sources:
            if (not qualifier or source.name == qualifier.lower()) and (term := source.find(name)):
                return term
        return None if qualifier else self.aliases.get(name.lower())

    def _next(self, outer: int) -> tuple[Scope | None, int]:
        """Return the next scope out that may be seen, and how many queries out it lies."""
        scope, seen = self.parent, self.reaches_parent
        outer += 1
        while scope is not None and not seen:
            seen = scope.reaches_parent
            scope = scope.parent
            outer += 1
        return scope, outer

    def child(self, *, in_from: bool = False) -> Scope:
        """Open the scope of a sub-query."""
        return Scope(
            self.schema,
            parent=self,
            reaches_parent=not in_from,
            common_tables=self.common_tables,
            blocks=self.blocks,
        )

    def count_block(self) -> None:
        """Note that one more SELECT is read: an entry of WITH is read anew wherever it is named.

        Raises:
            SQLError: there are too many for a plan.
        """
        self.blocks[0] += 1
        if self.blocks[0] > MAX_BLOCKS:
            raise SQLError("plan", f"a plan holds at most {MAX_BLOCKS} SELECTs")

    def outputs(self, sources: list[SourceScope] | None = None) -> list[Output]:
        """Expand a star over some sources, or over all."""
        chosen = self.sources if sources is None else sources
        if sum(len(source.labels) for source in chosen) > MAX_COLUMNS:
            raise SQLError("plan", f"a plan holds at most {MAX_COLUMNS:,} columns")
        return [
            Output(label, source.term(position))
            for source in chosen
            for position, label in enumerate(source.labels)
            if (source.index, label.lower()) not in self.merged
        ]


def _moved_out(term: Term, by: int) -> Term:
    """Return a term of an enclosing scope as seen from inside a sub-query."""

    def change(part: PlanModel) -> PlanModel:
        if isinstance(part, ColumnTerm | DerivedTerm):
            return part.model_copy(update={"outer": part.outer + by})
        return part

    return rewrite(term, change)
