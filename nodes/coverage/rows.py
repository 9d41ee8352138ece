"""What stands for the rows of a table in a plan: their names, what tells them apart, keys to others, of which a group has one."""

from __future__ import annotations

from nodes.lexical.evidence import display_columns
from nodes.lexical.lexicon import DISPLAY_WORDS
from nodes.lexical.utterance import name_words
from nodes.plan import ColumnTerm, Plan, Predicate, Term
from nodes.plan.sources import reads_tables_only
from nodes.plan.traversal import conjuncts
from value_index.schema import ForeignKey, Schema, Table

Occurrence = tuple[str, str, int]
"""A column of one occurrence of a table, folded."""


def row_names(table: Table) -> tuple[ColumnTerm, ...]:
    """Return what the rows of a table are called by: a first name is not told without the last."""
    return tuple(map(ColumnTerm.of, display_columns(table)))


def has_name(table: Table) -> bool:
    """Tell whether rows of a table are called by something: a title, a name."""
    return any(set(name_words(ref.column)) & set(DISPLAY_WORDS) for ref in display_columns(table))


def row_key(shown: ColumnTerm, schema: Schema) -> ColumnTerm:
    """Return the column by which the rows of a shown column's table are told apart: two rows of one name are two."""
    table = schema.table(shown.table)
    return ColumnTerm.of(table.key) if table is not None and table.key is not None else shown


def key_of(term: Term, schema: Schema) -> ForeignKey | None:
    """Return the key that a shown column is, of one column to another table; None if it is none."""
    if not isinstance(term, ColumnTerm) or term.occurrence:
        return None
    keys = (key for key in schema.foreign_keys if key.source == term.ref and key.target.table != term.table)
    return next(keys, None)


def fixed_sources(plan: Plan, schema: Schema) -> frozenset[tuple[str, int]]:
    """Return the occurrences of tables of which a group by a table's key has one row; none without such a group.

    A group by city.id fixes city, and by a key that leads from it the country, but none of its many residents.
    """
    groups = [term for term in plan.group_by if isinstance(term, ColumnTerm)]
    fixed = {source(term) for term in groups if _is_row_key(term, schema)}
    if not fixed or len(groups) != len(plan.group_by) or not reads_tables_only(plan):
        return frozenset()
    known = {occurrence(term) for term in groups}
    for _ in plan.joins or ():
        for one, other in _equated(plan):
            if _is_row_key(other, schema) and (source(one) in fixed or occurrence(one) in known):
                fixed.add(source(other))
    return frozenset(fixed)


def _equated(plan: Plan) -> list[tuple[ColumnTerm, ColumnTerm]]:
    """Return the pairs of columns that joins equate, either way round."""
    leaves = [leaf for join in plan.joins or () for leaf in conjuncts(join.on) if isinstance(leaf, Predicate)]
    pairs = [
        (leaf.left, right)
        for leaf in leaves
        for right in leaf.right
        if leaf.operator == "=" and isinstance(leaf.left, ColumnTerm) and isinstance(right, ColumnTerm)
    ]
    return [*pairs, *((right, left) for left, right in pairs)]


def _is_row_key(term: ColumnTerm, schema: Schema) -> bool:
    """Tell whether a column alone tells the rows of its table apart."""
    table = schema.table(term.table)
    return table is not None and tuple(c.lower() for c in table.primary_key) == (term.column.lower(),)


def source(term: ColumnTerm) -> tuple[str, int]:
    """Return the occurrence of a column's table, folded."""
    return term.table.lower(), term.occurrence


def occurrence(term: ColumnTerm) -> Occurrence:
    """Return a column of one occurrence of its table, folded."""
    return term.table.lower(), term.column.lower(), term.occurrence
