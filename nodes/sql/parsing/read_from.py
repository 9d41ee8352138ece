"""FROM of a sqlglot SELECT to sources and joins."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sqlglot import exp

from nodes.plan import Condition, Join, JoinKind, Plan, PlanSource, Predicate, Source, TableSource
from nodes.plan.traversal import conjunction
from nodes.sql.errors import SQLError
from nodes.sql.parsing.read_terms import TermReader
from nodes.sql.parsing.term_scope import (
    CommonTable,
    Output,
    Scope,
    SourceScope,
)

QueryReader = Callable[[exp.Query, Scope], tuple[Plan, tuple[Output, ...]]]
_SIDES: dict[str, JoinKind] = {"LEFT": "left", "RIGHT": "right", "FULL": "full"}


def read_from(
    select: exp.Select, terms: TermReader, read_query: QueryReader
) -> tuple[tuple[Source, ...], tuple[Join, ...]]:
    """Read the sources of a SELECT into its scope, and how each joins those before it.

    NATURAL and USING become ON; a comma and a JOIN without condition are cross joins.

    Raises:
        SQLError: for an unknown table, and for sources that a Plan does not hold.
    """
    first = select.args.get("from_")
    if first is None:
        return (), ()
    scope = terms.scope
    nodes = [(first.this, None), *((join.this, join) for join in select.args.get("joins") or ())]
    # All sources first: SQLite lets an ON condition name a table that comes later.
    read = [(_read_source(node, scope, read_query), join) for node, join in _flat(nodes)]
    joins = [_read_join(join, source, terms) for source, join in read if join is not None]
    return tuple(source.source for source in scope.sources), tuple(joins)


def _flat(nodes: Iterable[tuple[exp.Expr, exp.Join | None]]) -> Iterable[tuple[exp.Expr, exp.Join | None]]:
    """Open the parentheses of `(a JOIN b ON ...) JOIN c`; elsewhere than first they are refused."""
    for node, join in nodes:
        table = node.this if isinstance(node, exp.Subquery) and isinstance(node.this, exp.Table) else node
        inner: list[exp.Join] = table.args.get("joins") or [] if isinstance(table, exp.Table) else []
        if inner and join is not None:
            raise SQLError("operator", "a plan does not hold a join in parentheses after the first table")
        yield table, join
        yield from _flat((nested.this, nested) for nested in inner)


def _read_source(node: exp.Expr, scope: Scope, read_query: QueryReader) -> SourceScope:
    if isinstance(node, exp.Table) and isinstance(node.this, exp.Identifier):
        name = node.name
        common = scope.common_tables.get(name.lower())
        if common is not None and not node.db:
            return _read_common(common, node.alias or name, scope, read_query)
        table = scope.table(name)
        labels = tuple(column.name for column in table.columns)
        return scope.add(TableSource(table=table.name), node.alias or table.name, labels)
    if isinstance(node, exp.Subquery):
        plan, outputs = read_query(node.this, scope.child(in_from=True))
        return scope.add(PlanSource(plan=plan), node.alias, tuple(output.label for output in outputs))
    raise SQLError("operator", f"a plan does not hold {node.key.upper()} in FROM", node.key)


def _read_common(common: CommonTable, name: str, scope: Scope, read_query: QueryReader) -> SourceScope:
    inner = scope.child(in_from=True)
    inner.common_tables = common.visible
    plan, outputs = read_query(common.query, inner)
    labels = common.columns or tuple(output.label for output in outputs)
    if len(labels) != len(outputs):
        raise SQLError("syntax", f"{name!r} has {len(outputs)} columns, but {len(labels)} names", name)
    return scope.add(PlanSource(plan=plan), name, labels)


def _read_join(join: exp.Join, source: SourceScope, terms: TermReader) -> Join:
    kind = _SIDES.get(join.side.upper())
    condition = _shared(join, source, terms.scope)
    on = join.args.get("on")
    if on is not None:
        condition = terms.condition(on)
    return Join(kind=kind or ("cross" if condition is None else "inner"), on=condition)


def _shared(join: exp.Join, source: SourceScope, scope: Scope) -> Condition | None:
    """Write USING and NATURAL as equalities, and note the columns that a star then shows once."""
    names = [identifier.name for identifier in join.args.get("using") or ()]
    earlier = scope.sources[: source.index]
    if join.method.upper() == "NATURAL":
        names = [label for label in source.labels if any(other.find(label) for other in earlier)]
    equal: list[Condition] = []
    for name in names:
        left = next((term for other in earlier if (term := other.find(name))), None)
        right = source.find(name)
        if left is None or right is None:
            raise SQLError("unknown_column", f"USING names {name!r}, which both sides do not have", name)
        equal.append(Predicate(left=left, operator="=", right=(right,)))
        scope.merged.add((source.index, name.lower()))
    return conjunction(tuple(equal))
