"""How one block of a plan calls its sources and columns in SQL."""

from __future__ import annotations

from dataclasses import dataclass

from nodes.plan import ColumnTerm, DerivedTerm, Plan, PlanSource, Star
from nodes.plan.sources import source_of
from nodes.plan.traversal import escapes, walk_scoped
from nodes.sql.errors import SQLError
from nodes.sql.writing.outputs import has_own_label, label
from nodes.sql.writing.quoting import identifier
from value_index.schema import Schema


@dataclass(frozen=True)
class BlockNames:
    """The aliases of one block."""

    plan: Plan
    schema: Schema
    aliases: tuple[str, ...]
    """One a source, "" if it goes without."""
    labelled: tuple[frozenset[int], ...]
    """One a source: the positions of its sub-plan that need a result alias because the block refers to them."""
    used: int
    """How many aliases this block and those it is correlated with have taken."""

    @classmethod
    def of(cls, plan: Plan, outer: tuple[BlockNames, ...], schema: Schema) -> BlockNames:
        """Name the sources of a block: none for a lone source, else T1, T2, ... in FROM order.

        A correlated sub-query numbers on from the query around it, and both qualify every column.
        """
        derived, seen_from_inside = _references(plan)
        correlated = bool(outer) and escapes(plan)
        start = outer[0].used if correlated else 0
        # A sub-query in FROM must have a name there, even alone.
        lone = schema.dialect in ("postgres", "mysql", "ansi") and any(
            isinstance(each, PlanSource) for each in plan.tables
        )
        named = len(plan.tables) > 1 or seen_from_inside or correlated or lone
        count = len(plan.tables)
        aliases = tuple(f"T{start + number}" if named else "" for number in range(1, count + 1))
        labelled = tuple(
            frozenset(p for i, p in derived if i == index and not has_own_label(source.plan, p, schema))
            if isinstance(source, PlanSource)
            else frozenset[int]()
            for index, source in enumerate(plan.tables)
        )
        return cls(plan, schema, aliases, labelled, start + count if named else start)

    def column(self, term: ColumnTerm | DerivedTerm) -> str:
        """Write a column of this block.

        Raises:
            SQLError: `plan` where its source is not in FROM.
        """
        if isinstance(term, ColumnTerm):
            index = source_of(term, self.plan.tables)
            if index is None:
                raise SQLError("plan", f"{term.table!r} is not among the plan's tables", term.table)
            return self._qualified(index, self._spelled(term))
        source = self.plan.tables[term.source] if term.source < len(self.plan.tables) else None
        if not isinstance(source, PlanSource):
            raise SQLError("plan", f"source {term.source} of the plan is not a sub-plan")
        return self._qualified(term.source, label(source.plan, term.position, self.schema))

    def star(self, term: Star) -> str:
        """Write a star, of one source or of all."""
        if term.source is None:
            return "*"
        if term.source >= len(self.plan.tables):
            raise SQLError("plan", f"the plan has no source {term.source}")
        return f"{self.aliases[term.source]}.*" if self.aliases[term.source] else "*"

    def _spelled(self, term: ColumnTerm) -> str:
        found = self.schema.column(term.table, term.column)
        return found.column if found else term.column

    def _qualified(self, index: int, name: str) -> str:
        alias = self.aliases[index]
        return f"{alias}.{identifier(name, self.schema.dialect)}" if alias else identifier(name, self.schema.dialect)


def _references(plan: Plan) -> tuple[set[tuple[int, int]], bool]:
    """Return the (source, position) pairs that derived terms of this block name, and whether sub-plans name its sources."""
    derived: set[tuple[int, int]] = set()
    inside = False
    for part, stack in walk_scoped(plan):
        if isinstance(part, ColumnTerm | DerivedTerm) and part.outer < len(stack) and stack[part.outer] is plan:
            inside = inside or part.outer > 0
            if isinstance(part, DerivedTerm):
                derived.add((part.source, part.position))
    return derived, inside
