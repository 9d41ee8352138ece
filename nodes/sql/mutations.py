"""Mutations: seeded faults put into correct SQL, by which the validator is measured (here for the sqlglot fence)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random
from typing import Literal

from sqlglot import exp

from nodes.sql.dependencies import table_keys
from nodes.sql.names import Scope, Source, own_nodes
from nodes.sql.parse import PlainSQLite, parse
from nodes.sql.query import Query
from value_index.schema import ForeignKey, Schema

Mutation = Literal[
    "renamed_column", "moved_column", "dropped_table", "bare_column", "repeating_join", "harmless_join"
]  # fmt: skip


def mutate(sql: str, schema: Schema, mutation: Mutation, rng: Random) -> str | None:
    """Return the SQL with one fault of a kind at a random place; None where it has no place for one.

    `repeating_join` joins a table that refers to the only one, under COUNT, SUM or AVG; `harmless_join` joins one that it
    refers to, or a referring one under MIN, MAX or DISTINCT, where repeated rows change nothing.

    Raises:
        SQLError: the SQL does not parse.
    """
    query = Query(parse(sql, schema), schema)
    places = list(_MUTATIONS[mutation](query, rng))
    if not places:
        return None
    rng.choice(places)()
    return query.tree.sql(dialect=PlainSQLite)


Place = Callable[[], object]
"""An edit of the tree, in place."""


def _renamed_column(query: Query, rng: Random) -> Iterator[Place]:
    """Every column, under a name like its own that no table has."""
    for _, column, _ in _resolved(query):
        letter = rng.randrange(len(column.name))
        names = [f"{column.name}_value", f"{column.name}s", column.name[:letter] + column.name[letter + 1 :] + "x"]
        fresh = [name for name in names if not query.homes(name)]
        if fresh:
            quoted = column.this.quoted
            yield lambda this=exp.to_identifier(rng.choice(fresh), quoted=quoted), column=column: column.set("this", this)


def _moved_column(query: Query, rng: Random) -> Iterator[Place]:
    """Every qualified column, under the qualifier of a source that lacks it."""
    for scope, column, own in _resolved(query):
        others = [s for s in scope.sources if s is not own and s.table and s.name and not s.has(column.name)]
        if column.table and others:
            other = rng.choice(others)
            yield lambda column=column, name=other.name: column.set("table", exp.to_identifier(name))


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
    """Every SELECT with aggregates, a further column before them: any where nothing is grouped, else of no key's table."""
    for scope in query.scopes:
        tables = [source.table for source in scope.sources if source.table]
        if not scope.aggregates or len(tables) != len(scope.sources) or scope.parent or query.tree is not scope.select:
            continue
        group = scope.select.args.get("group")
        used = {column.name.lower() for column in scope.columns}
        if group and (len(tables) > 1 or any(used & key for key in table_keys(tables[0], query.schema))):
            continue
        source = rng.choice(scope.sources)
        free = [name for name in source.columns or () if name.lower() not in used]
        if free and not any(projection.is_star for projection in scope.select.expressions):
            bare = exp.column(exp.to_identifier(rng.choice(free), quoted=True), table=source.name)
            yield lambda scope=scope, bare=bare: scope.select.set("expressions", [bare, *scope.select.expressions])


def _repeating_join(query: Query, rng: Random) -> Iterator[Place]:
    """A referring table joined to the only one, where rows are counted or added up."""
    scope = query.scopes[0]
    calls = [call for call in scope.aggregates if isinstance(call, exp.Count | exp.Sum | exp.Avg)]
    plain = [call for call in calls if not isinstance(call.this, exp.Distinct)]
    if plain and not _groups_by_key(scope, query.schema):
        yield from _joins(query, _referring(query))


def _harmless_join(query: Query, rng: Random) -> Iterator[Place]:
    """A table that the only one refers to, or any referring one where repeated rows change nothing."""
    scope = query.scopes[0]
    if not scope.aggregates:
        return
    unmoved = all(isinstance(c, exp.Min | exp.Max) or isinstance(c.this, exp.Distinct) for c in scope.aggregates)
    yield from _joins(query, _referring(query) if unmoved else _referred(query))


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


def _groups_by_key(scope: Scope, schema: Schema) -> bool:
    """Whether each group is one row of the only table, so that a count of partners may be meant."""
    group, table = scope.select.args.get("group"), scope.sources[0].table if scope.sources else None
    names = {term.name.lower() for term in group.expressions} if group else set[str]()
    return table is None or any(key <= names for key in table_keys(table, schema))


def _referring(query: Query) -> list[tuple[str, ForeignKey]]:
    """Return the foreign keys to the only table, each with the table that may refer several times to one row."""
    keys: list[tuple[str, ForeignKey]] = []
    for key in query.schema.foreign_keys:
        child = query.schema.table(key.source.table)
        single = child is not None and frozenset({key.source.column.lower()}) in table_keys(child, query.schema)
        if child and not single and key.source.table != key.target.table and _is_only(query, key.target.table):
            keys.append((key.source.table, key))
    return keys


def _referred(query: Query) -> list[tuple[str, ForeignKey]]:
    """Return the foreign keys of the only table to a key of another."""
    keys: list[tuple[str, ForeignKey]] = []
    for key in query.schema.foreign_keys:
        parent = query.schema.table(key.target.table)
        single = parent is not None and frozenset({key.target.column.lower()}) in table_keys(parent, query.schema)
        if single and key.source.table != key.target.table and _is_only(query, key.source.table):
            keys.append((key.target.table, key))
    return keys


def _is_only(query: Query, table: str) -> bool:
    """Whether a query is one SELECT from one table of this name, whose rows are not fixed by its key."""
    sources = query.scopes[0].sources
    alone = len(query.scopes) == 1 and len(sources) == 1 and sources[0].table is not None
    return alone and sources[0].table is not None and sources[0].table.name == table


def _joins(query: Query, keys: list[tuple[str, ForeignKey]]) -> Iterator[Place]:
    for table, key in keys:
        yield lambda table=table, key=key: _join(query.scopes[0], table, key)


def _join(scope: Scope, table: str, key: ForeignKey) -> None:
    """Join a table over a foreign key, the columns so far qualified as T1's."""
    (source,) = scope.sources
    for node in own_nodes(scope.select):
        if isinstance(node, exp.Column) and not scope.is_alias(node) and not isinstance(node.this, exp.Star):
            node.set("table", exp.to_identifier("T1"))
    source.node.set("alias", exp.TableAlias(this=exp.to_identifier("T1")))
    ends = {ref.table: ref.column for ref in (key.source, key.target)}
    own = exp.column(exp.to_identifier(ends[source.node.name] if source.node.name in ends else _own(ends, table), quoted=True), "T1")
    other = exp.column(exp.to_identifier(ends[table], quoted=True), "T2")
    joined = exp.Table(this=exp.to_identifier(table, quoted=True), alias=exp.TableAlias(this=exp.to_identifier("T2")))
    scope.select.append("joins", exp.Join(this=joined, on=exp.EQ(this=own, expression=other)))


def _own(ends: dict[str, str], table: str) -> str:
    """Return the column of the end that is not this table."""
    return next(column for name, column in ends.items() if name != table)


_MUTATIONS: dict[Mutation, Callable[[Query, Random], Iterator[Place]]] = {
    "renamed_column": _renamed_column,
    "moved_column": _moved_column,
    "dropped_table": _dropped_table,
    "bare_column": _bare_column,
    "repeating_join": _repeating_join,
    "harmless_join": _harmless_join,
}
