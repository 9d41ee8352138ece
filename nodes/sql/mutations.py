"""Mutations: seeded faults put into correct SQL, by which the validator is measured (they stand here for sqlglot's fence)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from random import Random
from typing import Literal

from sqlglot import exp

from nodes.sql.parsing.parse import DIALECTS, parse
from nodes.sql.parsing.scopes import Scope, Source, own_nodes
from nodes.sql.validation.dependencies import table_keys
from nodes.sql.validation.query import Query
from value_index.schema import ColumnRef, Schema, Table

Mutation = Literal["renamed_column", "moved_column", "dropped_table", "bare_column", "repeating_join", "harmless_join"]
"""`repeating_join` joins a table that refers to the only one, under COUNT, SUM or AVG; `harmless_join` one that it refers
to, or a referring one under MIN, MAX or DISTINCT, where repeated rows change nothing."""
Place = Callable[[], object]
"""An edit of the tree, in place."""


def mutate(sql: str, schema: Schema, mutation: Mutation, rng: Random) -> str | None:
    """Return the SQL with one change of a kind at a random place; None if it has no place for one.

    Raises:
        SQLError: the SQL does not parse.
    """
    query = Query(parse(sql, schema), schema)
    places = list(_MUTATIONS[mutation](query, rng))
    if not places:
        return None
    rng.choice(places)()
    return query.tree.sql(dialect=DIALECTS[schema.dialect])


def _renamed_column(query: Query, rng: Random) -> Iterator[Place]:
    """Every column, under a name like its own that no table has."""
    for _, column, _ in _resolved(query):
        letter = rng.randrange(len(column.name))
        names = [f"{column.name}_value", f"{column.name}s", column.name[:letter] + column.name[letter + 1 :] + "x"]
        fresh = [name for name in names if not query.homes(name)]
        if fresh:
            yield partial(column.set, "this", exp.to_identifier(rng.choice(fresh), quoted=column.this.quoted))


def _moved_column(query: Query, rng: Random) -> Iterator[Place]:
    """Every qualified column, under the qualifier of a source that lacks it."""
    for scope, column, own in _resolved(query):
        others = [s for s in scope.sources if s is not own and s.table and s.name and not s.has(column.name)]
        if column.table and others:
            yield partial(column.set, "table", exp.to_identifier(rng.choice(others).name))


def _dropped_table(query: Query, rng: Random) -> Iterator[Place]:
    """Every joined source that something besides its own join condition needs."""
    for scope in query.scopes:
        for source in scope.sources:
            join = source.join
            if join is None or join.parent is not scope.select or source.table is None:
                continue
            inside = set(map(id, join.find_all(exp.Column)))
            rest = [column for column in scope.columns if id(column) not in inside and scope.resolve(column) is source]
            if not all(_elsewhere(scope, source, column) for column in rest):
                yield join.pop


def _bare_column(query: Query, rng: Random) -> Iterator[Place]:
    """A further column before the aggregates, where the grouping (if any) holds no key of the only table."""
    scope = query.scopes[0]
    tables = [source.table for source in scope.sources if source.table]
    if query.tree is not scope.select or not scope.aggregates or len(tables) != len(scope.sources):
        return
    used = {column.name.lower() for column in scope.columns}
    if scope.select.args.get("group") and (
        len(tables) > 1 or any(used & key for key in table_keys(tables[0], query.schema))
    ):
        return
    source = rng.choice(scope.sources)
    free = [name for name in source.columns or () if name.lower() not in used]
    if free and not any(projection.is_star for projection in scope.select.expressions):
        bare = exp.column(exp.to_identifier(rng.choice(free), quoted=True), table=source.name)
        yield partial(scope.select.set, "expressions", [bare, *scope.select.expressions])


def _repeating_join(query: Query, rng: Random) -> Iterator[Place]:
    """A referring table joined to the only one, where its rows are counted or added up and no group is one of them."""
    table, scope = _only_table(query), query.scopes[0]
    calls = [call for call in scope.aggregates if isinstance(call, exp.Count | exp.Sum | exp.Avg)]
    if table and any(not isinstance(call.this, exp.Distinct) for call in calls) and not _groups_by_key(query, table):
        yield from _joins_of(query, table, referring=True)


def _harmless_join(query: Query, rng: Random) -> Iterator[Place]:
    """A table that the only one refers to, or a referring one where repeated rows change nothing."""
    table, calls = _only_table(query), query.scopes[0].aggregates
    unmoved = all(isinstance(call, exp.Min | exp.Max) or isinstance(call.this, exp.Distinct) for call in calls)
    if table and calls:
        yield from _joins_of(query, table, referring=unmoved)


def _resolved(query: Query) -> Iterator[tuple[Scope, exp.Column, Source]]:
    """Yield every column of a table of the schema, with its source."""
    for scope in query.scopes:
        for column in scope.columns:
            source = scope.resolve(column)
            if source and source.table and column.name:
                yield scope, column, source


def _elsewhere(scope: Scope, source: Source, column: exp.Column) -> bool:
    """Whether a reference would find another source, or a projection, if its own source were gone."""
    others = [other for outer in scope.chain() for other in outer.sources if other is not source]
    if column.table:
        return any(other.name.lower() == column.table.lower() and other.has(column.name) for other in others)
    return column.name.lower() in scope.aliases or any(other.has(column.name) for other in others)


def _only_table(query: Query) -> Table | None:
    """Return the table of a query that is one SELECT from one table."""
    sources = query.scopes[0].sources
    return sources[0].table if len(query.scopes) == 1 == len(sources) else None


def _groups_by_key(query: Query, table: Table) -> bool:
    """Whether each group is one row, so that a count of its partners may be meant."""
    group = query.scopes[0].select.args.get("group")
    names = {term.name.lower() for term in group.expressions} if group else set[str]()
    return any(key <= names for key in table_keys(table, query.schema))


def _joins_of(query: Query, table: Table, *, referring: bool) -> Iterator[Place]:
    """Yield a join for each foreign key to the table from many, or else from it to one."""
    for key in query.schema.foreign_keys:
        own, other = (key.target, key.source) if referring else (key.source, key.target)
        far = query.schema.table(other.table)
        if far is None or own.table != table.name or other.table == table.name:
            continue
        single = frozenset({other.column.lower()}) in table_keys(far, query.schema)
        if single is not referring:
            yield partial(_join, query.scopes[0], own, other)


def _join(scope: Scope, own: ColumnRef, other: ColumnRef) -> None:
    """Join a table to the only one, whose columns so far are qualified."""
    (source,) = scope.sources
    for node in own_nodes(scope.select):
        if isinstance(node, exp.Column) and not scope.is_alias(node) and not isinstance(node.this, exp.Star):
            node.set("table", exp.to_identifier("T1"))
    source.node.set("alias", exp.TableAlias(this=exp.to_identifier("T1")))
    left, right = (
        exp.column(exp.to_identifier(ref.column, quoted=True), table=name) for name, ref in (("T1", own), ("T2", other))
    )
    joined = exp.Table(
        this=exp.to_identifier(other.table, quoted=True), alias=exp.TableAlias(this=exp.to_identifier("T2"))
    )
    scope.select.append("joins", exp.Join(this=joined, on=exp.EQ(this=left, expression=right)))


_MUTATIONS: dict[Mutation, Callable[[Query, Random], Iterator[Place]]] = {
    "renamed_column": _renamed_column,
    "moved_column": _moved_column,
    "dropped_table": _dropped_table,
    "bare_column": _bare_column,
    "repeating_join": _repeating_join,
    "harmless_join": _harmless_join,
}
