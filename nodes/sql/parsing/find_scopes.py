"""scopes: the scope of every SELECT of a query, and the column names of a query's result."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlglot import exp

from nodes.sql.parsing.scopes import MAX_COLUMNS, Scope, Source, is_join_group, own_nodes
from value_index.schema import Schema


def scopes(query: exp.Query, schema: Schema) -> tuple[Scope, ...]:
    """Return the scope of every SELECT of a query, an outer one before those inside it."""
    return tuple(_scopes(query, schema, None, {}))


def _scopes(query: exp.Expr, schema: Schema, parent: Scope | None, tables: Mapping[str, Source]) -> Iterator[Scope]:
    """Visit a query with the common table expressions in sight."""
    tables = _with_common(query, schema, tables)
    with_ = query.args.get("with_")
    for common in with_.expressions if with_ else ():
        yield from _scopes(common.this, schema, parent, tables)
    if isinstance(query, exp.Select):
        scope = Scope(select=query, sources=tuple(_sources(query, schema, tables)), parent=parent)
        yield scope
        for inner in own_nodes(query):
            if isinstance(inner, exp.Query) and inner is not query and not _is_visited(inner):
                in_from = any(source.node is inner for source in scope.sources)
                yield from _scopes(inner, schema, parent if in_from else scope, tables)
    else:
        for member in (query.this, query.args.get("expression")):
            if isinstance(member, exp.Query):
                yield from _scopes(member, schema, parent, tables)


def _is_visited(inner: exp.Query) -> bool:
    """Whether a node is no query of its own (joined tables in parentheses), or one of WITH, visited before.

    To visit those again, each inside the other, would double them at every depth.
    """
    return is_join_group(inner) or isinstance(inner.parent, exp.CTE)


def _with_common(query: exp.Expr, schema: Schema, tables: Mapping[str, Source]) -> Mapping[str, Source]:
    """Add a query's own common table expressions; a recursive one has the columns of its first member."""
    with_ = query.args.get("with_")
    for common in with_.expressions if with_ else ():
        tables = {**tables, common.alias.lower(): _derived(common, common.this, schema, tables)}
    return tables


def _entries(select: exp.Select) -> Iterator[tuple[exp.Expr, exp.Join | None]]:
    """Yield the entries of FROM from left to right, each with the join that brings it in."""

    def flat(node: exp.Expr, join: exp.Join | None) -> Iterator[tuple[exp.Expr, exp.Join | None]]:
        if is_join_group(node):
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
    known = None if isinstance(node, exp.Table) and node.db else tables.get(node.name.lower())
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
    """Return the column names of a query's result; None if unknown."""
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
            names.append(label(projection))
            continue
        qualifier = projection.table.lower() if isinstance(projection, exp.Column) else ""
        for source in sources:
            if qualifier in ("", source.name.lower()):
                if source.columns is None:
                    return None
                names += shown(source) if not qualifier else source.columns
            if len(names) > MAX_COLUMNS:
                return None
    return tuple(names)


def label(projection: exp.Expr) -> str:
    """Return the name by which an enclosing query knows a projection: its alias, its column's, or its text."""
    named = isinstance(projection, exp.Alias | exp.Column)
    return projection.alias_or_name if named else projection.sql().replace(" ", "")


def shown(source: Source) -> tuple[str, ...]:
    """Return the columns of a source that an unqualified star shows."""
    return tuple(name for name in source.columns or () if name.lower() not in source.merged)


def _merged(join: exp.Join | None, source: Source, before: set[str]) -> frozenset[str]:
    """Return the folded column names that a join shares instead of repeating."""
    if join is None:
        return frozenset()
    if join.method == "NATURAL":
        return source.folded & before
    return frozenset(column.name.lower() for column in join.args.get("using") or ())
