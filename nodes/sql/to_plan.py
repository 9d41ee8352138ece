"""SQL to a Plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlglot import exp

from nodes.plan import Ordering, Plan, SetOperation, SetOperator, Star, Term
from nodes.sql.errors import SQLError
from nodes.sql.parsing.ansi_terms import AnsiTermReader
from nodes.sql.parsing.duckdb_terms import DuckDBTermReader
from nodes.sql.parsing.find_scopes import label, scopes
from nodes.sql.parsing.frame import Frame, Output
from nodes.sql.parsing.known_clauses import refuse_unknown
from nodes.sql.parsing.mysql_terms import MySQLTermReader
from nodes.sql.parsing.parse import parse
from nodes.sql.parsing.postgres_terms import PostgresTermReader
from nodes.sql.parsing.read_from import read_from
from nodes.sql.parsing.read_terms import TermReader
from nodes.sql.parsing.scopes import Scope
from nodes.sql.writing.term_kinds import TermKinds
from value_index.schema import Dialect, Schema

MAX_BLOCKS = 200
MOST_ROWS = 2**63
"""A limit that is none: MySQL knows no OFFSET without one."""
READERS: dict[Dialect, type[DuckDBTermReader | PostgresTermReader | MySQLTermReader]] = {
    "duckdb": DuckDBTermReader,
    "postgres": PostgresTermReader,
    "mysql": MySQLTermReader,
    "ansi": AnsiTermReader,
}


def to_plan(sql: str, schema: Schema) -> Plan:
    """Read one SELECT as a plan: names resolved, aliases gone, joins written out.

    Result aliases and positions become the terms they stand for; WITH becomes sub-plans in FROM.

    Raises:
        SQLError: with a `cause`: malformed SQL, a name out of scope, or a construct that a Plan does not hold.
    """
    try:
        query = parse(sql, schema)
        refuse_unknown(query, schema.dialect)
        return _Reader({id(scope.select): scope for scope in scopes(query, schema)}, schema).query(query, None)[0]
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


@dataclass
class _Reader:
    """Reads the queries of one SQL text, each in the frame that it stands in."""

    scopes: Mapping[int, Scope]
    """The scope of each SELECT, keyed by the identity of the SELECT: equal ones are not the same."""
    schema: Schema
    blocks: int = 0
    """SELECTs read so far: an entry of WITH is read anew wherever it is named."""

    def query(self, query: exp.Query, around: Frame | None) -> tuple[Plan, tuple[Output, ...]]:
        """Read a query, set operations included."""
        with_ = query.args.get("with_")
        if with_ is not None and with_.args.get("recursive"):
            raise SQLError("recursive", "a plan does not hold WITH RECURSIVE")
        if isinstance(query, exp.Subquery) and isinstance(query.this, exp.Query):
            if any(query.args.get(clause) for clause in ("order", "limit", "offset", "joins")):
                raise SQLError("operator", "a plan does not hold a clause after a query in parentheses")
            return self.query(query.this, around)
        if isinstance(query, exp.Select):
            block = self._select(query, around)
            order = _clause(query, "order")
            ordering = tuple(self._ordering(item, _simple_order(item.this, block), block.plan) for item in order)
            blocks = [block]
            operations: tuple[SetOperation, ...] = ()
        elif isinstance(query, exp.SetOperation):
            blocks, operations = self._members(query, around)
            order = _clause(query, "order")
            ordering = tuple(self._ordering(item, _compound_order(item.this, blocks)) for item in order)
        else:
            raise SQLError("statement", f"a plan does not hold {query.key.upper()} as a query", query.key)
        ends = {"order_by": ordering, "limit": _count(query, "limit"), "offset": _count(query, "offset")}
        return blocks[0].plan.model_copy(update={**ends, "set_operations": operations}), blocks[0].outputs

    def _terms(self, frame: Frame) -> TermReader:
        reader = READERS.get(self.schema.dialect)
        return reader(frame, self._plan, self.schema) if reader else TermReader(frame, self._plan)

    def _plan(self, query: exp.Query, around: Frame) -> Plan:
        return self.query(query, around)[0]

    def _select(self, select: exp.Select, around: Frame | None) -> _Block:
        self.blocks += 1
        if self.blocks > MAX_BLOCKS:
            raise SQLError("plan", f"a plan holds at most {MAX_BLOCKS} SELECTs")
        frame = Frame(self.scopes[id(select)], around)
        terms = self._terms(frame)
        tables, joins = read_from(terms, self.query)
        projections = [_read_projection(item, terms) for item in select.expressions]
        chosen = tuple(term for written, _ in projections for term in written)
        outputs = tuple(output for _, expanded in projections for output in expanded)
        frame.aliases = {
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

    def _ordering(self, item: exp.Expr, term: Term, plan: Plan | None = None) -> Ordering:
        """Read how a term is sorted, as it differs from what SQLite does: there NULL is the smallest value.

        sqlglot fills in the default of the dialect.
        """
        descending, first = bool(item.args.get("desc")), bool(item.args.get("nulls_first"))
        nulls = None if first is not descending else ("first" if first else "last")
        never = plan is not None and not TermKinds(self.schema, (plan,)).may_be_null(term)
        if self.schema.dialect != "sqlite" and never:
            nulls = None  # the engine's own order, and nothing that it could put elsewhere
        return Ordering(term=term, descending=descending, nulls=nulls)

    def _members(self, query: exp.SetOperation, around: Frame | None) -> tuple[list[_Block], tuple[SetOperation, ...]]:
        """Read the members left to right; each has a frame of its own beside the others."""
        chain: list[tuple[SetOperator, exp.Query]] = []
        current: exp.Expr = query
        while isinstance(current, exp.SetOperation):
            chain.append((_set_operator(current), _member(current.expression)))
            current = _unwrapped(current.this)
        blocks = [self._select(_select(current), around)]
        operations: list[SetOperation] = []
        for operator, member in reversed(chain):
            block = self._select(_select(member), around)
            blocks.append(block)
            operations.append(SetOperation(operator=operator, plan=block.plan))
        return blocks, tuple(operations)


def _read_projection(item: exp.Expr, terms: TermReader) -> tuple[tuple[Term, ...], list[Output]]:
    """Return the terms that a projection becomes, and the result columns it gives."""
    frame = terms.frame
    if isinstance(item, exp.Star):
        outputs = list(frame.star())
        return (tuple(output.term for output in outputs) if frame.merges else (Star(),)), outputs
    if isinstance(item, exp.Column) and isinstance(item.this, exp.Star):
        return _source_star(item.table, frame)
    term = terms.term(item.this if isinstance(item, exp.Alias) else item)
    return (term,), [Output(label(item), term)]


def _source_star(name: str, frame: Frame) -> tuple[tuple[Term, ...], list[Output]]:
    for index, read in enumerate(frame.sources):
        if read.found.name.lower() == name.lower():
            return (Star(source=index),), list(frame.all_of(index))
    raise SQLError("unknown_table", f"no table in FROM is called {name!r}", name)


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


def _by_position(node: exp.Expr, outputs: tuple[Output, ...]) -> Term | None:
    """Return the result column that an integer in ORDER BY or GROUP BY names."""
    if not isinstance(node, exp.Literal) or not node.is_int:
        return None
    position = int(node.name)
    if not 1 <= position <= len(outputs):
        raise SQLError("position", f"there is no result column {position}", node.name)
    return outputs[position - 1].term


def _simple_order(node: exp.Expr, block: _Block) -> Term:
    if isinstance(node, exp.Column) and not node.table and (alias := block.terms.frame.aliases.get(node.name.lower())):
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
    value = node.args.get("count") or node.expression or exp.Literal.number(1)  # FETCH FIRST ROW ONLY
    number = value.this if isinstance(value, exp.Neg) else value
    if not isinstance(number, exp.Literal) or not number.is_int:
        raise SQLError("limit", f"a plan holds only whole numbers in {clause.upper()}", value.sql())
    return int(number.name) if number is value and int(number.name) < MOST_ROWS else None
