"""SQL to a Plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlglot import exp

from nodes.plan import Ordering, Plan, SetOperation, SetOperator, Star, Term
from nodes.sql.errors import SQLError
from nodes.sql.parsing.known_clauses import refuse_unknown
from nodes.sql.parsing.parse import parse
from nodes.sql.parsing.read_from import read_from
from nodes.sql.parsing.read_terms import TermReader
from nodes.sql.parsing.term_scope import CommonTable, Output, Scope
from value_index.schema import Schema


def to_plan(sql: str, schema: Schema) -> Plan:
    """Read one SELECT as a plan: names resolved, aliases gone, joins written out.

    Result aliases and positions become the terms they stand for; WITH becomes sub-plans in FROM.

    Raises:
        SQLError: with a `cause`: malformed SQL, a name out of scope, or a construct that a Plan does not hold.
    """
    try:
        tree = parse(sql, schema)
        refuse_unknown(tree)
        return _read_query(tree, Scope(schema))[0]
    except RecursionError as error:
        raise SQLError("syntax", "the SQL is nested too deep") from error
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        # The parser's trees are foreign input: a form that nobody thought of is a fault of one text, not of a run.
        raise SQLError("plan", f"the SQL is of a form that is not read: {type(error).__name__}: {error}") from error


@dataclass(frozen=True)
class _Block:
    """One SELECT, read: what ORDER BY of the whole query may refer to."""

    plan: Plan
    outputs: tuple[Output, ...]
    terms: TermReader


def _read_query(query: exp.Query, scope: Scope) -> tuple[Plan, tuple[Output, ...]]:
    """Read a query, set operations included, in the scope opened for it."""
    scope.common_tables = _common_tables(query, scope.common_tables)
    if isinstance(query, exp.Subquery) and isinstance(query.this, exp.Query):
        if any(query.args.get(clause) for clause in ("order", "limit", "offset", "joins")):
            raise SQLError("operator", "a plan does not hold a clause after a query in parentheses")
        return _read_query(query.this, scope)
    if isinstance(query, exp.Select):
        block = _read_select(query, scope)
        order = _clause(query, "order")
        ordering = tuple(_ordering(item, _simple_order(item.this, block)) for item in order)
        blocks = [block]
        operations: tuple[SetOperation, ...] = ()
    elif isinstance(query, exp.SetOperation):
        blocks, operations = _read_members(query, scope)
        order = _clause(query, "order")
        ordering = tuple(_ordering(item, _compound_order(item.this, blocks)) for item in order)
    else:
        raise SQLError("statement", f"a plan does not hold {query.key.upper()} as a query", query.key)
    ends = {"order_by": ordering, "limit": _count(query, "limit"), "offset": _count(query, "offset")}
    return blocks[0].plan.model_copy(update={**ends, "set_operations": operations}), blocks[0].outputs


def _read_plan(query: exp.Query, scope: Scope) -> Plan:
    return _read_query(query, scope)[0]


def _common_tables(query: exp.Query, visible: Mapping[str, CommonTable]) -> Mapping[str, CommonTable]:
    clause = query.args.get("with_")
    if clause is None:
        return visible
    if clause.args.get("recursive"):
        raise SQLError("recursive", "a plan does not hold WITH RECURSIVE")
    for entry in clause.expressions:
        names = tuple(column.name for column in entry.args["alias"].args.get("columns") or ())
        visible = {**visible, entry.alias.lower(): CommonTable(entry.this, names, visible)}
    return visible


def _read_select(select: exp.Select, scope: Scope) -> _Block:
    scope.count_block()
    terms = TermReader(scope, _read_plan)
    tables, joins = read_from(select, terms, _read_query)
    projections = [_read_projection(item, terms) for item in select.expressions]
    chosen = tuple(term for written, _ in projections for term in written)
    outputs = tuple(output for _, expanded in projections for output in expanded)
    scope.aliases = {
        item.alias.lower(): outputs_of[0].term
        for item, (_, outputs_of) in zip(select.expressions, projections, strict=True)
        if isinstance(item, exp.Alias)
    }
    where, having = select.args.get("where"), select.args.get("having")
    plan = Plan(
        select=chosen,
        distinct=select.args.get("distinct") is not None,
        tables=tables,
        joins=joins,
        where=None if where is None else terms.condition(where.this),
        group_by=tuple(_by_position(item, outputs) or terms.term(item) for item in _clause(select, "group")),
        having=None if having is None else terms.condition(having.this),
    )
    return _Block(plan, outputs, terms)


def _read_projection(item: exp.Expr, terms: TermReader) -> tuple[tuple[Term, ...], list[Output]]:
    """Return the terms that a projection becomes, and the result columns it gives."""
    scope = terms.scope
    if isinstance(item, exp.Star):
        outputs = scope.outputs()
        return (tuple(output.term for output in outputs) if scope.merged else (Star(),)), outputs
    if isinstance(item, exp.Column) and isinstance(item.this, exp.Star):
        return _source_star(item.table, scope)
    node = item.this if isinstance(item, exp.Alias) else item
    term = terms.term(node)
    label = item.alias_or_name or node.sql().replace(" ", "")
    return (term,), [Output(label, term)]


def _source_star(name: str, scope: Scope) -> tuple[tuple[Term, ...], list[Output]]:
    for source in scope.sources:
        if source.name == name.lower():
            labels = range(len(source.labels))
            return (Star(source=source.index),), [Output(source.labels[i], source.term(i)) for i in labels]
    raise SQLError("unknown_table", f"no table in FROM is called {name!r}", name)


def _read_members(query: exp.SetOperation, scope: Scope) -> tuple[list[_Block], tuple[SetOperation, ...]]:
    """Read the members left to right; each has a scope of its own beside the others."""
    chain: list[tuple[SetOperator, exp.Query]] = []
    current: exp.Expr = query
    while isinstance(current, exp.SetOperation):
        chain.append((_set_operator(current), _member(current.expression)))
        current = _unwrapped(current.this)
    blocks = [_read_select(_select(current), _beside(scope))]
    operations: list[SetOperation] = []
    for operator, member in reversed(chain):
        block = _read_select(_select(member), _beside(scope))
        blocks.append(block)
        operations.append(SetOperation(operator=operator, plan=block.plan))
    return blocks, tuple(operations)


def _beside(scope: Scope) -> Scope:
    return Scope(scope.schema, scope.parent, scope.reaches_parent, scope.common_tables, blocks=scope.blocks)


def _unwrapped(node: exp.Expr) -> exp.Expr:
    return node.this if isinstance(node, exp.Subquery) and isinstance(node.this, exp.SetOperation) else node


def _member(node: exp.Expr) -> exp.Query:
    if not isinstance(node, exp.Query):
        raise SQLError("statement", f"{node.key.upper()} cannot stand in a set operation", node.key)
    return node


def _select(node: exp.Expr) -> exp.Select:
    if not isinstance(node, exp.Select):
        raise SQLError("statement", f"{node.key.upper()} cannot stand in a set operation", node.key)
    if node.args.get("order") or node.args.get("limit"):
        raise SQLError("syntax", "ORDER BY and LIMIT come after the last member of a set operation")
    return node


def _set_operator(node: exp.SetOperation) -> SetOperator:
    if isinstance(node, exp.Union):
        return "union" if node.args.get("distinct") else "union all"
    return "intersect" if isinstance(node, exp.Intersect) else "except"


def _clause(query: exp.Query, name: str) -> list[exp.Expr]:
    clause = query.args.get(name)
    return [] if clause is None else clause.expressions


def _ordering(item: exp.Expr, term: Term) -> Ordering:
    descending, first = bool(item.args.get("desc")), bool(item.args.get("nulls_first"))
    # sqlglot fills in the default of the dialect: NULLs are the smallest values.
    nulls = None if first is not descending else ("first" if first else "last")
    return Ordering(term=term, descending=descending, nulls=nulls)


def _by_position(node: exp.Expr, outputs: tuple[Output, ...]) -> Term | None:
    """Return the result column that an integer in ORDER BY or GROUP BY names."""
    if not isinstance(node, exp.Literal) or not node.is_int:
        return None
    position = int(node.name)
    if not 1 <= position <= len(outputs):
        raise SQLError("position", f"there is no result column {position}", node.name)
    return outputs[position - 1].term


def _simple_order(node: exp.Expr, block: _Block) -> Term:
    if isinstance(node, exp.Column) and not node.table and (alias := block.terms.scope.aliases.get(node.name.lower())):
        return alias
    return _by_position(node, block.outputs) or block.terms.term(node)


def _compound_order(node: exp.Expr, blocks: list[_Block]) -> Term:
    """Return the first member's term for what ORDER BY of a set operation names: its results only."""
    outputs = blocks[0].outputs
    if (term := _by_position(node, outputs)) is not None:
        return term
    for block in blocks:
        for position, output in enumerate(block.outputs):
            named = isinstance(node, exp.Column) and not node.table and output.label.lower() == node.name.lower()
            if position < len(outputs) and (named or output.term == _readable(node, block)):
                return outputs[position].term
    raise SQLError("position", "ORDER BY of a set operation must name a result column", node.sql())


def _readable(node: exp.Expr, block: _Block) -> Term | None:
    try:
        return block.terms.term(node)
    except SQLError:
        return None


def _count(query: exp.Query, clause: str) -> int | None:
    """Read LIMIT or OFFSET; a negative one is none, as in SQLite, and a computed one is refused."""
    node = query.args.get(clause)
    if node is None:
        return None
    value = node.expression
    number = value.this if isinstance(value, exp.Neg) else value
    if not isinstance(number, exp.Literal) or not number.is_int:
        raise SQLError("limit", f"a plan holds only whole numbers in {clause.upper()}", value.sql())
    return int(number.name) if number is value else None
