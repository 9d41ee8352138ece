"""The result columns of a plan: its projections with the stars expanded, and the labels that SQLite gives them."""

from __future__ import annotations

from collections import Counter

from nodes.plan import ColumnTerm, DerivedTerm, Plan, Star, TableSource, Term
from nodes.sql.errors import SQLError
from value_index.schema import Schema


def expanded(plan: Plan, schema: Schema) -> tuple[Term, ...]:
    """Return the projections of a plan (of its first member), each star replaced by the columns it stands for.

    Raises:
        SQLError: `plan` for a star over a source, or a source over a table, that does not exist.
    """
    return tuple(column for term in plan.select for column in columns_of(plan, term, schema))


def columns_of(plan: Plan, term: Term, schema: Schema) -> tuple[Term, ...]:
    """Return the result columns of one projection: several for a star, else the projection itself."""
    if not isinstance(term, Star):
        return (term,)
    indexes = range(len(plan.tables)) if term.source is None else [term.source]
    return tuple(column for index in indexes for column in _source_columns(plan, index, schema))


def label(plan: Plan, position: int, schema: Schema) -> str:
    """Return the name by which an enclosing query can refer to a result column: its own, or `c1`, `c2`, ...

    A column keeps its name where no other result column has it.
    """
    names = [_own_label(plan, term, schema) for term in expanded(plan, schema)]
    if position >= len(names):
        raise SQLError("plan", f"a sub-plan has {len(names)} columns, but its column {position} is named")
    counts = Counter(name.lower() for name in names if name)
    own = names[position]
    if own and counts[own.lower()] == 1:
        return own
    made = f"c{position + 1}"
    while made in counts:
        made += "_"
    return made


def has_own_label(plan: Plan, position: int, schema: Schema) -> bool:
    """Tell whether a result column can be referred to without an alias."""
    name = label(plan, position, schema)
    return _own_label(plan, expanded(plan, schema)[position], schema) == name


def _own_label(plan: Plan, term: Term, schema: Schema) -> str:
    """Return the name a projection has without an alias; "" for an expression."""
    if isinstance(term, ColumnTerm) and term.outer == 0:
        return term.column
    if isinstance(term, DerivedTerm) and term.outer == 0:
        source = plan.tables[term.source]
        return "" if isinstance(source, TableSource) else label(source.plan, term.position, schema)
    return ""


def _source_columns(plan: Plan, index: int, schema: Schema) -> tuple[Term, ...]:
    if index >= len(plan.tables):
        raise SQLError("plan", f"the plan has {len(plan.tables)} sources, but a star is over source {index}")
    source = plan.tables[index]
    if not isinstance(source, TableSource):
        positions = range(len(expanded(source.plan, schema)))
        return tuple(DerivedTerm(source=index, position=position) for position in positions)
    table = schema.table(source.table)
    if table is None:
        raise SQLError("unknown_table", f"no table is called {source.table!r}", source.table)
    occurrence = sum(1 for other in plan.tables[:index] if other == source)
    return tuple(ColumnTerm(table=table.name, column=column.name, occurrence=occurrence) for column in table.columns)
