"""Whether two SQL texts say the same thing the same way, judged without plans, so that it can check them."""

from __future__ import annotations

import re

from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import Scope, traverse_scope

from nodes.sql.errors import SQLError
from nodes.sql.parsing.parse import PlainSQLite, parse
from value_index.schema import Schema

_COLUMN_NAME = re.compile(r"_c\d+")
_SYNONYMS = {"substring": "substr", "if": "iif"}


def same_form(one: str, other: str, schema: Schema) -> bool:
    """Tell whether two queries are equal but for spelling: aliases, casing, qualifiers, synonyms, needless parentheses.

    The same question asked in another way (a join for a sub-query, a constant computed) is another form.

    Raises:
        SQLError: where sqlglot cannot parse or resolve one of them.
    """
    return _normal(one, schema) == _normal(other, schema)


def _normal(sql: str, schema: Schema) -> exp.Expr:
    columns: dict[str, object] = {
        table.name: {column.name: "text" for column in table.columns} for table in schema.tables
    }
    tree = parse(sql, schema)
    _inline_common_tables(tree)
    try:
        tree = qualify(tree, schema=columns, dialect=PlainSQLite, quote_identifiers=False, expand_stars=False,
                       validate_qualify_columns=False)  # fmt: skip
        for select in tree.find_all(exp.Select):
            _expand_ordering(select)
        for number, scope in enumerate(traverse_scope(tree)):
            _rename(scope, number)
    except SqlglotError as error:
        raise SQLError("syntax", f"the SQL cannot be normalised: {error}") from error
    return _plain(tree)


def _inline_common_tables(tree: exp.Query) -> None:
    """Put the body of each WITH entry where it is named."""
    for entry in list(tree.find_all(exp.CTE)):
        for table in list(tree.find_all(exp.Table)):
            if table.name.lower() == entry.alias.lower() and not entry.args["alias"].columns:
                alias = exp.TableAlias(this=exp.to_identifier(table.alias or table.name))
                table.replace(exp.Subquery(this=entry.this.copy(), alias=alias))
    for clause in list(tree.find_all(exp.With)):
        clause.pop()


def _expand_ordering(select: exp.Select) -> None:
    """Write what a result alias in ORDER BY stands for."""
    named = {item.alias: item.this for item in select.selects if isinstance(item, exp.Alias)}
    for item in select.args["order"].expressions if select.args.get("order") else ():
        item.set("desc", bool(item.args.get("desc")))
        if isinstance(item.this, exp.Column) and not item.this.table and item.this.name in named:
            item.set("this", named[item.this.name].copy())


def _rename(scope: Scope, number: int) -> None:
    """Give the sources of a scope names by their place, and the columns of sub-queries names by position."""
    for place, (name, (node, source)) in enumerate(scope.selected_sources.items()):
        outputs = _name_outputs(source) if isinstance(source, Scope) else {}
        for column in scope.columns:
            if column.table == name:
                column.set("table", exp.to_identifier(f"_s{number}_{place}"))
                column.set("this", exp.to_identifier(outputs.get(column.name, column.name)))
        owner = source.expression.parent if isinstance(source, Scope) else node
        if owner is not None:
            owner.set("alias", exp.TableAlias(this=exp.to_identifier(f"_s{number}_{place}")))


def _name_outputs(source: Scope) -> dict[str, str]:
    """Rename the result columns of a sub-query; return old name to new."""
    renamed: dict[str, str] = {}
    query = source.expression
    for position, item in enumerate(query.selects if isinstance(query, exp.Query) else ()):
        if isinstance(item, exp.Alias):
            renamed[item.alias] = f"_c{position}"
            item.set("alias", exp.to_identifier(f"_c{position}"))
    return renamed


def _plain(tree: exp.Expr) -> exp.Expr:
    """Drop what does not change the meaning: parentheses, unused aliases, INNER, synonyms, the spelling of numbers."""
    for alias in list(tree.find_all(exp.Alias)):
        if not _COLUMN_NAME.fullmatch(alias.alias):
            alias.replace(alias.this)
    for query in tree.find_all(exp.Subquery):
        if query.parent is None or query.arg_key == "expressions":
            query.set("alias", None)
    for name in tree.find_all(exp.Identifier):
        name.set("quoted", False)
    for parentheses in list(tree.find_all(exp.Paren)):
        parentheses.replace(parentheses.this)
    for join in tree.find_all(exp.Join):
        join.set("kind", None)
    for call in tree.find_all(exp.Anonymous):
        name = str(call.this).lower()
        call.set("this", _SYNONYMS.get(name, name))
    for number in tree.find_all(exp.Literal):
        if not number.is_string:
            number.set("this", str(float(number.name)))
    return tree
