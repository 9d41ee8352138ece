"""What stands for the rows of a table in a plan: what they are called by, what tells them apart, the keys to other rows."""

from __future__ import annotations

from nodes.lexical.evidence import display_columns
from nodes.lexical.lexicon import DISPLAY_WORDS
from nodes.lexical.utterance import name_words
from nodes.plan import ColumnTerm, Term
from value_index.schema import ForeignKey, Schema, Table


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
