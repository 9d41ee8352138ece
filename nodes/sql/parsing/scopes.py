"""Names: what those of one SELECT may refer to, by SQLite's rules, tolerant of names that refer to nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from sqlglot import exp

from value_index.schema import Schema, Table

MAX_COLUMNS = 2_000
"""The most columns of a query's result; SQLite has no more either, and stars over stars would double them."""
ROW_IDS = frozenset({"rowid", "oid", "_rowid_"})


@dataclass(frozen=True, eq=False)
class Source:
    """One entry of FROM."""

    name: str
    """What qualifies its columns: the alias, else the table's name; "" for a sub-query without alias."""
    columns: tuple[str, ...] | None
    """Its column names in order; None if nothing is known of it."""
    node: exp.Expr
    """The source's node in the tree."""
    table: Table | None = None
    """The table of the schema; None for a sub-query, a common table expression or an unknown table."""
    query: exp.Query | None = None
    """The query that gives the rows, where one does."""
    join: exp.Join | None = None
    """The join that brings it in; None for the first."""
    merged: frozenset[str] = frozenset()
    """Folded names that USING or NATURAL shares with a source before it."""

    @cached_property
    def folded(self) -> frozenset[str]:
        """Its column names as SQLite compares them."""
        return frozenset(name.lower() for name in self.columns or ())

    def has(self, name: str) -> bool:
        """Whether the source has the column; one of which nothing is known has none."""
        folded = name.lower()
        if folded in self.folded:
            return True
        return self.table is not None and (folded in ROW_IDS or folded in map(str.lower, self.table.hidden))


@dataclass(frozen=True, eq=False)
class NameScope:
    """One SELECT with its sources, inside the scopes around it."""

    select: exp.Select
    sources: tuple[Source, ...]
    parent: NameScope | None = None

    def chain(self) -> Iterator[NameScope]:
        """Yield the scope and those around it, the inner first."""
        scope: NameScope | None = self
        while scope is not None:
            yield scope
            scope = scope.parent

    @cached_property
    def aliases(self) -> Mapping[str, exp.Expr]:
        """Folded alias of each projection that has one, with the expression it names."""
        return {p.alias.lower(): p.this for p in self.select.expressions if isinstance(p, exp.Alias)}

    @cached_property
    def columns(self) -> tuple[exp.Column, ...]:
        """The column references of this SELECT itself, not of a query inside it (nor `t.*`)."""
        found = (node for node in own_nodes(self.select) if isinstance(node, exp.Column))
        return tuple(column for column in found if not isinstance(column.this, exp.Star))

    @cached_property
    def aggregates(self) -> tuple[exp.Func, ...]:
        """The aggregate calls of this SELECT itself."""
        return tuple(node for node in own_nodes(self.select) if isinstance(node, exp.Func) and is_aggregate(node))

    def source(self, qualifier: str) -> Source | None:
        """Find the source that a qualifier names, the inner scope first."""
        every = (source for scope in self.chain() for source in scope.sources)
        return next((source for source in every if source.name.lower() == qualifier.lower()), None)

    def owners(self, name: str) -> tuple[Source, ...]:
        """Return the sources an unqualified name may mean: those of the innermost scope that has it."""
        for scope in self.chain():
            found = tuple(s for s in scope.sources if s.has(name) and name.lower() not in s.merged)
            if found:
                return found
        return ()

    def resolve(self, column: exp.Column) -> Source | None:
        """Return the source that a reference means; None if it means none, several, or a projection's alias."""
        if column.table:
            source = self.source(column.table)
            return source if source and source.has(column.name) else None
        owners = () if self.is_alias(column) else self.owners(column.name)
        return owners[0] if len(owners) == 1 else None

    def is_alias(self, column: exp.Column) -> bool:
        """Whether the name means a projection: in ORDER BY an alias comes before a column, elsewhere after."""
        if column.table or column.name.lower() not in self.aliases:
            return False
        return isinstance(column.parent, exp.Ordered) or not self.owners(column.name)

    def names(self, column: exp.Column) -> bool:
        """Whether an unqualified name means anything: a column, or several, or a projection."""
        return self.is_alias(column) or bool(self.owners(column.name))


def is_aggregate(node: exp.Expr) -> bool:
    """Whether a node is an aggregate call over the group (a window function is none)."""
    if isinstance(node.parent, exp.Window):
        return False
    if isinstance(node, exp.Anonymous):
        return node.name.lower() in ("total", "group_concat", "json_group_array", "json_group_object")
    return isinstance(node, exp.AggFunc)


def own_nodes(root: exp.Expr) -> Iterator[exp.Expr]:
    """Walk an expression without entering the queries inside it (they are yielded, their content is not)."""
    return root.walk(prune=lambda node: node is not root and isinstance(node, exp.Query) and not _is_join_group(node))


def _is_join_group(node: exp.Expr) -> bool:
    """Whether parentheses hold joined tables rather than a query."""
    return isinstance(node, exp.Subquery) and not isinstance(node.this, exp.Query)


def scopes(query: exp.Query, schema: Schema) -> tuple[NameScope, ...]:
    """Return the scope of every SELECT of a query, an outer one before those inside it."""
    return tuple(_scopes(query, schema, None, {}))


def _scopes(
    query: exp.Expr, schema: Schema, parent: NameScope | None, tables: Mapping[str, Source]
) -> Iterator[NameScope]:
    """Visit a query with the common table expressions in sight."""
    tables = _with_common(query, schema, tables)
    with_ = query.args.get("with_")
    for common in with_.expressions if with_ else ():
        yield from _scopes(common.this, schema, parent, tables)
    if isinstance(query, exp.Select):
        scope = NameScope(select=query, sources=tuple(_sources(query, schema, tables)), parent=parent)
        yield scope
        for inner in own_nodes(query):
            if inner is query or not isinstance(inner, exp.Query) or isinstance(inner.parent, exp.CTE):
                continue  # a common table expression has been visited above, and again each time would be 2^depth
            if not _is_join_group(inner):
                in_from = any(source.node is inner for source in scope.sources)
                yield from _scopes(inner, schema, parent if in_from else scope, tables)
    else:
        for member in (query.this, query.args.get("expression")):
            if isinstance(member, exp.Query):
                yield from _scopes(member, schema, parent, tables)


def _with_common(query: exp.Expr, schema: Schema, tables: Mapping[str, Source]) -> Mapping[str, Source]:
    """Add a query's own common table expressions; a recursive one has the columns of its first member."""
    with_ = query.args.get("with_")
    for common in with_.expressions if with_ else ():
        tables = {**tables, common.alias.lower(): _derived(common, common.this, schema, tables)}
    return tables


def _entries(select: exp.Select) -> Iterator[tuple[exp.Expr, exp.Join | None]]:
    """Yield the entries of FROM from left to right, each with the join that brings it in."""

    def flat(node: exp.Expr, join: exp.Join | None) -> Iterator[tuple[exp.Expr, exp.Join | None]]:
        if _is_join_group(node):
            yield from flat(node.this, join)
        else:
            yield node, join
        for inner in node.args.get("joins") or ():
            yield from flat(inner.this, inner)

    from_ = select.args.get("from_")
    if from_ is not None:
        yield from flat(from_.this, None)
        for join in select.args.get("joins") or ():
            yield from flat(join.this, join)


def _sources(select: exp.Select, schema: Schema, tables: Mapping[str, Source]) -> Iterator[Source]:
    """Yield the sources of one SELECT."""
    before: set[str] = set()
    for node, join in _entries(select):
        plain = _source(node, schema, tables)
        merged = _merged(join, plain, before)
        before |= plain.folded
        yield Source(plain.name, plain.columns, node, plain.table, plain.query, join, merged)


def _source(node: exp.Expr, schema: Schema, tables: Mapping[str, Source]) -> Source:
    """Read one entry of FROM: a common table expression, a table of the schema, a sub-query, or unknown."""
    if isinstance(node, exp.Subquery):
        return _derived(node, node.this, schema, tables)
    known = tables.get(node.name.lower())
    if known is not None:
        return Source(node.alias_or_name, known.columns, node, query=known.query)
    table = schema.table(node.name)
    columns = tuple(column.name for column in table.columns) if table else None
    return Source(node.alias_or_name, columns, node, table)


def _derived(node: exp.Expr, query: exp.Expr, schema: Schema, tables: Mapping[str, Source]) -> Source:
    """Read a query that stands as a table."""
    alias = node.args.get("alias")
    listed = tuple(column.name for column in alias.columns) if isinstance(alias, exp.TableAlias) else ()
    inner = query if isinstance(query, exp.Query) else None
    return Source(node.alias, listed or outputs(query, schema, tables), node, query=inner)


def outputs(query: exp.Expr, schema: Schema, tables: Mapping[str, Source] | None = None) -> tuple[str, ...] | None:
    """Return the column names of a query's result ("" for an expression without name); None if unknown."""
    tables = _with_common(query, schema, tables or {})
    while not isinstance(query, exp.Select):
        if not isinstance(query.this, exp.Query):
            return None
        query = query.this
        tables = _with_common(query, schema, tables)
    names: list[str] = []
    sources = tuple(_sources(query, schema, tables))
    for projection in query.expressions:
        if not projection.is_star:
            names.append(projection.alias_or_name)
            continue
        qualifier = projection.table.lower() if isinstance(projection, exp.Column) else ""
        for source in sources:
            if qualifier in ("", source.name.lower()):
                if source.columns is None:
                    return None
                names += [name for name in source.columns if name.lower() not in source.merged]
            if len(names) > MAX_COLUMNS:
                return None
    return tuple(names)


def _merged(join: exp.Join | None, source: Source, before: set[str]) -> frozenset[str]:
    """Return the folded column names that a join shares instead of repeating."""
    if join is None:
        return frozenset()
    if join.method == "NATURAL":
        return source.folded & before
    return frozenset(column.name.lower() for column in join.args.get("using") or ())
