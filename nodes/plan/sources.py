"""What a block reads: the tables and sub-plans of its own FROM, and the source that a term means."""

from __future__ import annotations

from nodes.plan.model import ColumnTerm, DerivedTerm, Plan, PlanSource, Source, TableSource, Term
from nodes.plan.traversal import Stack


def source_tables(plan: Plan) -> tuple[str, ...]:
    """Return the tables in a block's own FROM, in order, with repeats; sub-plans left out."""
    return tuple(source.table for source in plan.tables if isinstance(source, TableSource))


def folded_sources(plan: Plan) -> frozenset[str]:
    """Return the tables in a block's own FROM, folded."""
    return frozenset(table.lower() for table in source_tables(plan))


def reads_tables_only(plan: Plan) -> bool:
    """Tell whether a block reads tables alone, no sub-plan."""
    return all(isinstance(source, TableSource) for source in plan.tables)


def source_of(term: ColumnTerm, tables: tuple[Source, ...]) -> int | None:
    """Return the index of the source a column term means in its block's `tables`; None if it is not there."""
    name, seen = term.table.lower(), 0
    for index, source in enumerate(tables):
        if isinstance(source, TableSource) and source.table.lower() == name:
            if seen == term.occurrence:
                return index
            seen += 1
    return None


def derived_from(term: DerivedTerm, stack: Stack) -> tuple[Term, Stack] | None:
    """Return the sub-plan's projection behind a derived term, with that sub-plan's own stack.

    None where it cannot be told without the schema (a star stands at or before that position), and where the term
    refers to a source that is not there (a model's plan may).
    """
    tables = stack[term.outer].tables if term.outer < len(stack) else ()
    source = tables[term.source] if term.source < len(tables) else None
    if not isinstance(source, PlanSource):
        return None
    before = source.plan.select[: term.position + 1]
    if len(before) <= term.position or any(item.kind == "star" for item in before):
        return None
    return before[-1], (source.plan, *stack[term.outer :])
