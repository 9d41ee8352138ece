"""SQL text to a sqlglot tree, read as SQLite reads it."""

from __future__ import annotations

import re
from typing import ClassVar

from sqlglot import exp
from sqlglot.dialects.sqlite import SQLite
from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import TokenType

from nodes.sql.errors import SQLError
from value_index.schema import Schema

_SPACED_OPERATOR = re.compile(r"""('(?:[^']|'')*'|"(?:[^"]|"")*")|([<>!])\s+=""")
_AGGREGATES = ("COUNT", "SUM", "AVG", "MIN", "MAX")


class PlainSQLite(SQLite):
    """SQLite whose scalar functions and types stay as written instead of becoming portable nodes."""

    class Parser(SQLite.Parser):
        """Knows the aggregates, CAST and CASE; every other function is `exp.Anonymous`."""

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


def repair(sql: str) -> str:
    """Close the spaced operators of the data sets (`> =`, `< =`, `! =`) outside string literals.

    >>> repair("SELECT a FROM t WHERE a > = 3 AND b = '> ='")
    "SELECT a FROM t WHERE a >= 3 AND b = '> ='"
    """
    return _SPACED_OPERATOR.sub(lambda match: match[1] or f"{match[2]}=", sql)


def parse(sql: str, schema: Schema) -> exp.Query:
    """Parse one SELECT; double-quoted words that name nothing in scope become string literals, as in SQLite.

    Scalar functions are `exp.Anonymous`; COUNT, SUM, AVG, MIN and MAX are their own classes.

    Raises:
        SQLError: `syntax` where it does not parse, `statement` where it is not one query.
    """
    text = repair(sql).strip().rstrip(";")
    try:
        trees = PlainSQLite().parse(text)
    except (SqlglotError, RecursionError) as error:
        raise SQLError("syntax", f"the SQL does not parse: {_first_line(error)}") from error
    if len(trees) != 1 or not isinstance(trees[0], exp.Query):
        raise SQLError("statement", "the SQL is not one SELECT statement")
    tree = trees[0]
    _quoted_strings(tree, text, schema)
    return tree


def _first_line(error: Exception) -> str:
    lines = str(error).splitlines()
    return lines[0] if lines else type(error).__name__


def _quoted_strings(tree: exp.Query, text: str, schema: Schema) -> None:
    """Turn each unqualified "x" that no scope around it knows into the string 'x', in place."""
    quoted = [column for column in tree.find_all(exp.Column) if _double_quoted(column, text)]
    for column in quoted:
        if not _visible(column, schema):
            column.replace(exp.Literal.string(column.name))


def _double_quoted(column: exp.Column, text: str) -> bool:
    """Tell "x" from `x` and [x], which are never strings."""
    name = column.this
    if column.table or not isinstance(name, exp.Identifier) or not name.quoted:
        return False
    return text[name.meta["start"]] == '"'


def _visible(column: exp.Column, schema: Schema) -> bool:
    name, scope = column.name.lower(), column.find_ancestor(exp.Query)
    while scope is not None:
        if any(name in _names(select, schema) for select in _selects(scope)):
            return True
        scope = scope.find_ancestor(exp.Query)
    return False


def _selects(query: exp.Query) -> list[exp.Select]:
    """Return the SELECTs whose names an expression directly inside a query may use."""
    if isinstance(query, exp.Select):
        return [query]
    sides = (query.args.get("this"), query.args.get("expression"))
    return [select for side in sides if isinstance(side, exp.Query) for select in _selects(side)]


def _names(select: exp.Select, schema: Schema) -> set[str]:
    """Return the folded names of the columns in scope of a SELECT, and of its result aliases."""
    names = {item.alias.lower() for item in select.expressions if isinstance(item, exp.Alias)}
    for source in _sources(select):
        names |= _columns(source, schema)
    return names


def _sources(select: exp.Select) -> list[exp.Expr]:
    first = select.args.get("from_")
    joins = [join.this for join in select.args.get("joins") or ()]
    return [first.this, *joins] if first else joins


def _columns(source: exp.Expr, schema: Schema) -> set[str]:
    if isinstance(source, exp.Table):
        if table := schema.table(source.name):
            return {column.name.lower() for column in table.columns}
        return _outputs(_common_table(source), schema)
    return _outputs(source.this, schema) if isinstance(source, exp.Subquery) else set()


def _common_table(table: exp.Table) -> exp.Expr | None:
    """Return the body of the WITH entry that a table name refers to."""
    scope = table.find_ancestor(exp.Query)
    while scope is not None:
        for entry in scope.ctes:
            if entry.alias.lower() == table.name.lower() and entry is not table.find_ancestor(exp.CTE):
                return entry.this
        scope = scope.find_ancestor(exp.Query)
    return None


def _outputs(query: exp.Expr | None, schema: Schema) -> set[str]:
    """Return the folded result names of a sub-query."""
    if not isinstance(query, exp.Query):
        return set()
    select = _selects(query)[0]
    names = {item.alias_or_name.lower() for item in select.expressions}
    if any(isinstance(item, exp.Star) or item.is_star for item in select.expressions):
        names |= _names(select, schema)
    return names
