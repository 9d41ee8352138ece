"""with_other_names: SQL over a schema, rewritten for the same tables and columns under other names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlglot import exp

from nodes.sql.parsing.find_scopes import scopes
from nodes.sql.parsing.parse import DIALECTS, parse
from nodes.sql.parsing.scopes import Scope, Source, own_nodes
from nodes.sql.writing.quoting import identifier
from value_index.schema import Schema


@dataclass(frozen=True)
class OtherNames:
    """What tables and columns are called elsewhere; the keys are folded old names, and what is absent keeps its name."""

    tables: Mapping[str, str]
    columns: Mapping[tuple[str, str], str]
    """Table and column to the column's new name."""

    def table(self, name: str) -> str:
        """Return what a table is called."""
        return self.tables.get(name.lower(), name)

    def column(self, table: str, name: str) -> str:
        """Return what a column is called; its table is said by its old name."""
        return self.columns.get((table.lower(), name.lower()), name)


def with_other_names(sql: str, schema: Schema, names: OtherNames) -> str:
    """Rewrite one SELECT over a SQLite schema: the new names stand where the old ones stood, and nothing else changes.

    What another SELECT reads by name goes on being called as it was, so that nothing around it need change:
    `SELECT name FROM (SELECT name FROM city)` becomes `SELECT name FROM (SELECT town_name AS name FROM town)`.

    Raises:
        SQLError: it does not parse, or is not one query.
    """
    tree = parse(sql, schema)
    found = scopes(tree, schema)
    changes = [change for scope in found for change in _changes(scope, names)]
    read = [(projection, projection.name) for projection in _read_by_name(tree, found)]
    for node, new in changes:
        node.replace(_written(new))
    for projection, old in read:
        if projection.name.lower() != old.lower():
            projection.replace(exp.Alias(this=projection.copy(), alias=_written(old)))
    return tree.sql(dialect=DIALECTS[schema.dialect])


def _changes(scope: Scope, names: OtherNames) -> Iterator[tuple[exp.Expr, str]]:
    """Yield the identifiers of one SELECT that name a table or a column, each with its new text."""
    for source in scope.sources:
        if source.table is None:
            continue
        yield source.node.this, names.table(source.table.name)
        for shared in (source.join.args.get("using") or ()) if source.join else ():
            yield shared, names.column(source.table.name, shared.name)
    for column in own_nodes(scope.select):
        if isinstance(column, exp.Column):
            yield from _of_column(scope, column, names)


def _of_column(scope: Scope, column: exp.Column, names: OtherNames) -> Iterator[tuple[exp.Expr, str]]:
    """Yield the parts of `name`, `t.name` or `t.*` that are called otherwise."""
    qualifying = scope.source(column.table) if column.table else None
    if qualifying and qualifying.table and not qualifying.node.alias:
        yield column.args["table"], names.table(qualifying.table.name)
    source = None if isinstance(column.this, exp.Star) else scope.resolve(column)
    if source and source.table:
        new = names.column(source.table.name, column.name)
        yield column.this, new
        if not column.table and _is_of_others(new, scope, source, names):
            column.set("table", _written(source.node.alias or names.table(source.table.name)))


def _is_of_others(new: str, scope: Scope, owner: Source, names: OtherNames) -> bool:
    """Whether a source beside the owner, or nearer, has a column of that new name, so that it alone would not say which."""
    for each in scope.chain():
        for source in each.sources:
            called = (names.column(source.table.name, old) if source.table else old for old in source.columns or ())
            if source is not owner and new.lower() in map(str.lower, called):
                return True
        if owner in each.sources:
            break
    return False


def _written(name: str) -> exp.Identifier:
    return exp.to_identifier(name, quoted=identifier(name) != name)


def _read_by_name(tree: exp.Query, found: tuple[Scope, ...]) -> Iterator[exp.Column]:
    """Yield the columns, shown without an alias, whose name another SELECT or the order of a set operation may use."""
    every: tuple[Source, ...] = tuple(source for scope in found for source in scope.sources)
    queries: list[exp.Expr] = [source.query for source in every if source.query]
    queries += [operation for operation in tree.find_all(exp.SetOperation) if operation.args.get("order")]
    seen = set[int]()
    for query in queries:
        while not isinstance(query, exp.Select) and isinstance(query.this, exp.Query):
            query = query.this
        if isinstance(query, exp.Select) and id(query) not in seen:
            seen.add(id(query))
            yield from (shown for shown in query.expressions if isinstance(shown, exp.Column) and not shown.is_star)
