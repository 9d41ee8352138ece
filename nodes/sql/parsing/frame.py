"""Frame: one SELECT while it is read as a plan: what its names, found in its scope, have become."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlglot import exp

from nodes.plan import ColumnTerm, DerivedTerm, PlanModel, PlanSource, TableSource, Term
from nodes.plan.traversal import rewrite
from nodes.sql.errors import SQLError
from nodes.sql.parsing.scopes import MAX_COLUMNS, Scope, Source


class Output(NamedTuple):
    """One result column of a query, stars expanded."""

    label: str
    """The name by which an enclosing query knows it."""
    term: Term


class ReadSource(NamedTuple):
    """One source of FROM in the plan."""

    source: TableSource | PlanSource
    occurrence: int
    """How many sources before it are the same table."""
    labels: tuple[str, ...]
    """Column names, in order."""
    found: Source
    """The source in the scope."""


@dataclass
class Frame:
    """The plan of one SELECT, filled as its clauses are read: FROM first, then the result aliases."""

    scope: Scope
    around: Frame | None = None
    """The SELECT whose plan this one's stands in; it may be further in than the scope's parent, whose names it sees."""
    sources: list[ReadSource] = field(default_factory=list[ReadSource])
    aliases: dict[str, Term] = field(default_factory=dict[str, Term])
    """Folded result aliases; SQLite lets every clause after SELECT use them."""

    def add(self, source: TableSource | PlanSource, labels: tuple[str, ...], found: Source) -> None:
        """Append a source to FROM."""
        same = sum(1 for other in self.sources if other.source == source) if isinstance(source, TableSource) else 0
        self.sources.append(ReadSource(source, same, labels, found))

    def resolve(self, name: str, qualifier: str = "") -> Term:
        """Return the term that a column name means: a column first, then an alias, then the same of the queries around.

        Raises:
            SQLError: `unknown_column`, or `unknown_table` for a qualifier that no source has.
        """
        scope: Scope | None = self.scope
        while scope is not None and (meaning := scope.find(name, qualifier)):
            frame, outer = self._frame(meaning.scope)
            # An alias has no term yet while the projections are read: then SQLite does not see it either.
            term = frame.column(meaning.sources[0], name) if meaning.sources else frame.aliases.get(name.lower())
            if term is not None:
                return _moved_out(term, outer) if outer else term
            scope = meaning.scope.parent
        if qualifier and self.scope.source(qualifier) is None:
            raise SQLError("unknown_table", f"no table in FROM is called {qualifier!r}", qualifier)
        shown = f"{qualifier}.{name}" if qualifier else name
        raise SQLError("unknown_column", f"no column in scope is called {shown!r}", shown)

    def _frame(self, scope: Scope) -> tuple[Frame, int]:
        """Return the frame of a scope around this one, and how many queries out it lies."""
        frame, outer = self, 0
        while frame.scope is not scope:
            assert frame.around is not None, "a scope around a query is being read"
            frame, outer = frame.around, outer + 1
        return frame, outer

    def column(self, source: Source, name: str) -> Term | None:
        """Return the term for a column of a source by name, case aside; None for a row number, which no plan holds."""
        index = next(index for index, read in enumerate(self.sources) if read.found is source)
        labels = [label.lower() for label in self.sources[index].labels]
        return self.term(index, labels.index(name.lower())) if name.lower() in labels else None

    def term(self, index: int, position: int) -> Term:
        """Return the term for a column by the positions of its source and of the column in it."""
        source, occurrence, labels, _ = self.sources[index]
        if isinstance(source, TableSource):
            return ColumnTerm(table=source.table, column=labels[position], occurrence=occurrence)
        return DerivedTerm(source=index, position=position)

    @property
    def merges(self) -> bool:
        """Whether USING or NATURAL shares a column, so that a star shows fewer than there are."""
        return any(read.found.merged for read in self.sources)

    def star(self) -> Iterator[Output]:
        """Yield what `*` shows.

        Raises:
            SQLError: there are too many columns for a plan.
        """
        if sum(len(read.labels) for read in self.sources) > MAX_COLUMNS:
            raise SQLError("plan", f"a plan holds at most {MAX_COLUMNS:,} columns")
        for index, read in enumerate(self.sources):
            kept = (output for output in self.all_of(index) if output.label.lower() not in read.found.merged)
            yield from kept

    def all_of(self, index: int) -> Iterator[Output]:
        """Yield what `t.*` shows."""
        for position, label in enumerate(self.sources[index].labels):
            yield Output(label, self.term(index, position))

    def is_inside(self, query: exp.Expr) -> bool:
        """Tell whether a query is being read: reading it again here would never end."""
        place: exp.Expr | None = self.scope.select
        while place is not None:
            if place is query:
                return True
            place = place.parent
        return self.around is not None and self.around.is_inside(query)


def _moved_out(term: Term, by: int) -> Term:
    """Return a term of an enclosing query as seen from inside a sub-query."""

    def change(part: PlanModel) -> PlanModel:
        if isinstance(part, ColumnTerm | DerivedTerm):
            return part.model_copy(update={"outer": part.outer + by})
        return part

    return rewrite(term, change)
