"""SQL text to a sqlglot tree, read as its engine reads it."""

from __future__ import annotations

import logging
import re
from typing import ClassVar

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect as SqlglotDialect
from sqlglot.dialects.duckdb import DuckDB
from sqlglot.dialects.mysql import MySQL
from sqlglot.dialects.postgres import Postgres
from sqlglot.dialects.sqlite import SQLite
from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import TokenType

from nodes.sql.errors import SQLError
from nodes.sql.parsing.find_scopes import scopes
from value_index.schema import Dialect, Schema

logging.getLogger("sqlglot").addHandler(logging.NullHandler())  # what it does not read is refused with a line of ours
_SPACED_OPERATOR = re.compile(r"""('(?:[^']|'')*'|"(?:[^"]|"")*")|([<>!])\s+=""")
DOUBLE_QUOTED = "double_quoted"
"""The mark, in a literal's `meta`, of a string that stood in double quotes and named no column."""
MAX_CHARS = 20_000
"""No text that is longer is parsed: the longest gold of the data sets has fewer than 2,000."""
_AGGREGATES = ("COUNT", "SUM", "AVG", "MIN", "MAX")
_WORDED = ("CAST", "EXTRACT", "POSITION", "SUBSTRING", "TRIM")
"""Functions with words between their arguments: EXTRACT(YEAR FROM day)."""


class PlainSQLite(SQLite):
    """SQLite whose scalar functions and types stay as written instead of becoming portable nodes."""

    class Parser(SQLite.Parser):
        """Knows the aggregates, CAST and CASE; every other function is `exp.Anonymous`."""

        ADD_JOIN_ON_TRUE: ClassVar = False
        FUNCTIONS: ClassVar = {name: SQLite.Parser.FUNCTIONS[name] for name in _AGGREGATES}
        FUNCTION_PARSERS: ClassVar = {"CAST": lambda self: self._parse_plain_cast()}
        NO_PAREN_FUNCTION_PARSERS: ClassVar = {"CASE": SQLite.Parser.NO_PAREN_FUNCTION_PARSERS["CASE"]}

        def _parse_plain_cast(self) -> exp.Cast:
            """Parse `expression AS words` with the type's words verbatim: SQLite reads any word as a type."""
            this = self._parse_assignment()
            if not self._match(TokenType.ALIAS):
                self.raise_error("CAST needs AS and a type")
            words: list[str] = []
            while self._curr and self._curr.token_type not in (TokenType.R_PAREN, TokenType.L_PAREN):
                words.append(self._curr.text)
                self._advance()
            if self._curr and self._curr.token_type == TokenType.L_PAREN:
                self._parse_wrapped_csv(self._parse_number)
            kind = exp.DataType(this=exp.DType.USERDEFINED, kind=" ".join(words))
            return self.expression(exp.Cast(this=this, to=kind))


class PlainDuckDB(DuckDB):
    """DuckDB whose scalar functions stay as written."""

    class Parser(DuckDB.Parser):
        """Knows the aggregates, CAST and CASE; every other function is `exp.Anonymous`."""

        ADD_JOIN_ON_TRUE: ClassVar = False
        FUNCTIONS: ClassVar = {name: DuckDB.Parser.FUNCTIONS[name] for name in _AGGREGATES}
        FUNCTION_PARSERS: ClassVar = {
            name: DuckDB.Parser.FUNCTION_PARSERS[name]
            for name in ("CAST", "TRY_CAST")
            if name in DuckDB.Parser.FUNCTION_PARSERS
        }
        NO_PAREN_FUNCTION_PARSERS: ClassVar = {"CASE": DuckDB.Parser.NO_PAREN_FUNCTION_PARSERS["CASE"]}


class PlainPostgres(Postgres):
    """PostgreSQL whose scalar functions stay as written, but for those that are written with words."""

    class Parser(Postgres.Parser):
        """Knows the aggregates, CAST, CASE, EXTRACT, SUBSTRING, POSITION and TRIM; every other function is `exp.Anonymous`."""

        ADD_JOIN_ON_TRUE: ClassVar = False
        FUNCTIONS: ClassVar = {name: Postgres.Parser.FUNCTIONS[name] for name in _AGGREGATES}
        FUNCTION_PARSERS: ClassVar = {name: Postgres.Parser.FUNCTION_PARSERS[name] for name in _WORDED}
        NO_PAREN_FUNCTION_PARSERS: ClassVar = {"CASE": Postgres.Parser.NO_PAREN_FUNCTION_PARSERS["CASE"]}


class PlainMySQL(MySQL):
    """MySQL whose scalar functions stay as written, but for those that are written with words."""

    class Parser(MySQL.Parser):
        """Knows the aggregates, CAST, CASE and what is written with words; every other function is `exp.Anonymous`."""

        ADD_JOIN_ON_TRUE: ClassVar = False
        FUNCTIONS: ClassVar = {name: MySQL.Parser.FUNCTIONS[name] for name in (*_AGGREGATES, "TIMESTAMPDIFF")}
        FUNCTION_PARSERS: ClassVar = {
            name: MySQL.Parser.FUNCTION_PARSERS[name] for name in (*_WORDED, "GROUP_CONCAT", "CONVERT")
        }
        NO_PAREN_FUNCTION_PARSERS: ClassVar = {"CASE": MySQL.Parser.NO_PAREN_FUNCTION_PARSERS["CASE"]}


DIALECTS: dict[Dialect, type[SqlglotDialect]] = {
    "sqlite": PlainSQLite,
    "duckdb": PlainDuckDB,
    "postgres": PlainPostgres,
    "mysql": PlainMySQL,
    "ansi": PlainPostgres,
}
"""How the text of each engine is read, and a tree written as text again."""


def repair(sql: str) -> str:
    """Close the spaced operators of the data sets (`> =`, `< =`, `! =`) outside string literals.

    >>> repair("SELECT a FROM t WHERE a > = 3 AND b = '> ='")
    "SELECT a FROM t WHERE a >= 3 AND b = '> ='"
    """
    return _SPACED_OPERATOR.sub(lambda match: match[1] or f"{match[2]}=", sql)


def parse(sql: str, schema: Schema) -> exp.Query:
    """Parse one SELECT; double-quoted words that name nothing in scope become string literals in SQLite.

    Scalar functions are `exp.Anonymous`; COUNT, SUM, AVG, MIN and MAX are their own classes.

    Raises:
        SQLError: `syntax` where it does not parse, `statement` where it is not one query.
    """
    if len(sql) > MAX_CHARS:
        raise SQLError("syntax", f"the SQL is longer than {MAX_CHARS:,} characters")
    text = repair(sql).strip().rstrip(";")
    try:
        # What follows a semicolon and is a comment only becomes a tree of its own.
        trees = [
            tree
            for tree in DIALECTS[schema.dialect]().parse(text)
            if tree is not None and not isinstance(tree, exp.Semicolon)
        ]
        if len(trees) != 1 or not isinstance(trees[0], exp.Query):
            raise SQLError("statement", "the SQL is not one SELECT statement")
        if not all(select.expressions for select in trees[0].find_all(exp.Select)):
            raise SQLError("syntax", "a SELECT has no result columns")  # the parser lets it through, SQLite does not
        _plain_negations(trees[0])
        if schema.dialect == "sqlite":
            _quoted_strings(trees[0], text, schema)
    except (SqlglotError, RecursionError) as error:
        raise SQLError("syntax", f"the SQL does not parse: {_first_line(error)}") from error
    return trees[0]


def _first_line(error: Exception) -> str:
    lines = str(error).splitlines()
    return lines[0] if lines else type(error).__name__


def _plain_negations(tree: exp.Query) -> None:
    """Turn `x IS NOT y`, which PostgreSQL's parser keeps as one, into NOT x IS y, in place."""
    for found in list(tree.find_all(exp.Is)):
        if found.args.get("negate"):
            found.replace(exp.Not(this=exp.Is(this=found.this.copy(), expression=found.expression.copy())))


def _quoted_strings(tree: exp.Query, text: str, schema: Schema) -> None:
    """Turn each unqualified "x" that names nothing in scope into the string 'x', in place, and mark it as such."""
    for scope in scopes(tree, schema):
        for column in scope.columns:
            if _double_quoted(column, text) and not scope.names(column):
                string = exp.Literal.string(column.name)
                string.meta[DOUBLE_QUOTED] = True
                column.replace(string)


def _double_quoted(column: exp.Column, text: str) -> bool:
    """Tell "x" from `x` and [x], which are never strings."""
    name = column.this
    if column.table or not isinstance(name, exp.Identifier) or not name.quoted:
        return False
    return text[name.meta["start"]] == '"'
