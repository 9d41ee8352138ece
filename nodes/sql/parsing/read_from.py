"""The FROM of a sqlglot SELECT, read to sources and joins."""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from nodes.plan import Condition, Join, JoinKind, Plan, PlanSource, Predicate, TableSource
from nodes.plan.traversal import conjunction
from nodes.sql.errors import SQLError
from nodes.sql.parsing.frame import Frame, Output
from nodes.sql.parsing.read_terms import TermReader
from nodes.sql.parsing.scopes import Source

QueryReader = Callable[[exp.Query, Frame], tuple[Plan, tuple[Output, ...]]]
_SIDES: dict[str, JoinKind] = {"LEFT": "left", "RIGHT": "right", "FULL": "full"}


def read_from(
    terms: TermReader, read_query: QueryReader
) -> tuple[tuple[TableSource | PlanSource, ...], tuple[Join, ...]]:
    """Read the sources of a SELECT into its frame, and how each joins those before it.

    NATURAL and USING become ON; a comma and a JOIN without condition are cross joins.

    Raises:
        SQLError: for an unknown table, and for sources that a Plan does not hold.
    """
    frame = terms.frame
    # All sources first: SQLite lets an ON condition name a table that comes later.
    for source in frame.scope.sources:
        _read_source(source, frame, read_query)
    joins = [_read_join(source, join, terms) for source in frame.scope.sources if (join := source.join) is not None]
    return tuple(read.source for read in frame.sources), tuple(joins)


def _read_source(source: Source, frame: Frame, read_query: QueryReader) -> None:
    """Append a table, or the plan of a sub-query or common table expression."""
    node = source.node
    if source.join is not None and isinstance(node, exp.Table) and node.args.get("joins"):
        raise SQLError("operator", "a plan does not hold a join in parentheses after the first table")
    if source.table is not None and source.columns is not None:
        return frame.add(TableSource(table=source.table.name), source.columns, source)
    if source.query is None:
        raise _refusal(node)
    if frame.is_inside(source.query):
        raise SQLError("recursive", f"{node.name!r} is defined by itself", node.name)
    plan, outputs = read_query(source.query, frame)
    labels = source.columns or tuple(output.label for output in outputs)
    if len(labels) != len(outputs):
        raise SQLError("syntax", f"{node.name!r} has {len(outputs)} columns, but {len(labels)} names", node.name)
    return frame.add(PlanSource(plan=plan), labels, source)


def _refusal(node: exp.Expr) -> SQLError:
    if isinstance(node, exp.Table) and isinstance(node.this, exp.Identifier):
        return SQLError("unknown_table", f"no table is called {node.name!r}", node.name)
    return SQLError("operator", f"a plan does not hold {node.key.upper()} in FROM", node.key)


def _read_join(source: Source, join: exp.Join, terms: TermReader) -> Join:
    kind = _SIDES.get(join.side.upper())
    condition = _shared(source, join, terms.frame)
    on = join.args.get("on")
    if on is not None:
        condition = terms.condition(on)
    return Join(kind=kind or ("cross" if condition is None else "inner"), on=condition)


def _shared(source: Source, join: exp.Join, frame: Frame) -> Condition | None:
    """Write USING and NATURAL as equalities."""
    names = [identifier.name for identifier in join.args.get("using") or ()]
    if join.method.upper() == "NATURAL":
        names = [name for name in source.columns or () if name.lower() in source.merged]
    earlier = frame.scope.sources[: frame.scope.sources.index(source)]
    equal: list[Condition] = []
    for name in names:
        left = next((term for other in earlier if (term := frame.column(other, name))), None)
        right = frame.column(source, name)
        if left is None or right is None:
            raise SQLError("unknown_column", f"USING names {name!r}, which both sides do not have", name)
        equal.append(Predicate(left=left, operator="=", right=(right,)))
    return conjunction(tuple(equal))
