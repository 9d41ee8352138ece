"""expression and condition: a piece of SQL that somebody wrote down, read as a term or a condition of a plan."""

from __future__ import annotations

from typing import NamedTuple

from sqlglot import exp
from sqlglot.errors import SqlglotError

from nodes.plan import Condition, Term
from nodes.sql.errors import SQLError
from nodes.sql.parsing.parse import DIALECTS, MAX_CHARS
from nodes.sql.to_plan import to_plan
from value_index.schema import Schema, quoted


class Expression(NamedTuple):
    """A term with the tables that it reads."""

    term: Term
    tables: tuple[str, ...]


def expression(text: str, schema: Schema, tables: tuple[str, ...] = ()) -> Expression:
    """Read an expression over the tables that its columns name.

    Args:
        text: `sum(line.price * line.quantity)`; a column without a table must be one of `tables`, or of one table only.
        schema: of the database.
        tables: where columns are looked for first.

    Raises:
        SQLError: it does not parse, names what is not there, or says what a plan does not hold.
    """
    read = _tables(text, schema, tables)
    sources = ", ".join(quoted(name) for name in read)
    return Expression(to_plan(f"SELECT {text} FROM {sources}", schema).select[0], read)


def condition(text: str, schema: Schema, table: str) -> Condition:
    """Read a condition on the rows of one table; other tables stand in sub-queries.

    Raises:
        SQLError: it does not parse, names what is not there, or says what a plan does not hold.
    """
    where = to_plan(f"SELECT * FROM {quoted(table)} WHERE {text}", schema).where
    if where is None:
        raise SQLError("syntax", "there is no condition")
    return where


def _tables(text: str, schema: Schema, first: tuple[str, ...]) -> tuple[str, ...]:
    """Return the tables of the columns that stand outside sub-queries, in order."""
    if len(text) > MAX_CHARS:
        raise SQLError("syntax", f"the SQL is longer than {MAX_CHARS:,} characters")
    try:
        trees = DIALECTS[schema.dialect]().parse(f"SELECT {text}")
    except (SqlglotError, RecursionError) as error:
        raise SQLError("syntax", f"the SQL does not parse: {str(error).splitlines()[0]}") from error
    if len(trees) != 1 or not isinstance(trees[0], exp.Select) or len(trees[0].expressions) != 1:
        raise SQLError("syntax", "the SQL is not one expression")
    outside = [column for column in trees[0].find_all(exp.Column) if column.parent_select is trees[0]]
    found = [column_table(column, schema, first) for column in outside]
    return tuple(dict.fromkeys(found)) or first or _only(schema)


def column_table(column: exp.Column, schema: Schema, first: tuple[str, ...]) -> str:
    """Return the table of a column: the one it names, else the only one that has it, of `first` if one of them does.

    Raises:
        SQLError: there is no such table or column, or several.
    """
    if column.table:
        table = schema.table(column.table)
        if table is None:
            raise SQLError("unknown_table", f"the database has no table {column.table!r}")
        return table.name
    holders = [table.name for table in schema.tables if table.column(column.name)]
    near = [name for name in holders if name in first] or holders
    if len(near) != 1:
        what = f"is a column of {', '.join(near[:4])}: name its table" if near else "is no column of the database"
        raise SQLError("unknown_column", f"{column.name!r} {what}")
    return near[0]


def _only(schema: Schema) -> tuple[str, ...]:
    if len(schema.tables) != 1:
        raise SQLError("unknown_table", "the expression names no table")
    return (schema.tables[0].name,)
