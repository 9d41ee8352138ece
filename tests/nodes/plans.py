"""Plans made at random over a schema, in the form in which `to_plan` gives them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar, get_args

from hypothesis import strategies as st

from nodes.plan import (
    Aggregate,
    AggregateFunction,
    Arithmetic,
    ArithmeticOperator,
    Branch,
    Call,
    Case,
    Cast,
    CastType,
    Condition,
    FunctionName,
    Join,
    Junction,
    LiteralTerm,
    Negation,
    Ordering,
    Plan,
    PlanSource,
    Predicate,
    SetOperation,
    SetOperator,
    Source,
    Star,
    SubPlan,
    TableSource,
    Term,
    Truth,
)
from nodes.sql.writing.outputs import expanded
from value_index.schema import Schema

Choice = TypeVar("Choice")
Columns = tuple[Term, ...]
COMPARISONS = ("=", "!=", "<", "<=", ">", ">=", "is", "is not", "like", "not like", "glob", "not glob")
FOLDED_BY_NOT = ("is", "like", "glob", "in", "between", "is null", "exists")
KEYWORDS = ("current_date", "current_time", "current_timestamp")
TEXTS = ("", "a", "it's", 'say "x"', "ё", "100%", "name", "-- x", "line\nbreak", "\\", "5")
NUMBERS = (0, 1, -1, 7, 2**63 - 1, -(2**63) + 1, 0.5, -2.25, 1e-9, 1e30, -1e30, 3.0)
LITERALS = (None, True, False, *TEXTS, *NUMBERS)


@cache
def _below(count: int) -> st.SearchStrategy[int]:
    return st.integers(0, count - 1)


@st.composite
def plans(draw: Any, schema: Schema) -> Plan:
    """Draw a plan with sub-plans up to two deep."""
    return _Maker(schema, lambda count: draw(_below(count))).plan(draw(_below(3)), ())


@dataclass(frozen=True)
class _Maker:
    """Makes the parts of a plan, each choice drawn as a number."""

    schema: Schema
    below: Callable[[int], int]

    def pick(self, options: Sequence[Choice]) -> Choice:
        return options[self.below(len(options))]

    def several(self, least: int, most: int, make: Callable[[], Choice]) -> tuple[Choice, ...]:
        return tuple(make() for _ in range(least + self.below(most - least + 1)))

    def plan(self, depth: int, outer: tuple[Columns, ...]) -> Plan:
        """Make a plan; `outer` are the columns of the enclosing blocks, the nearest first."""
        block = self.block(depth, outer)
        operations = self.several(0, 2, lambda: self.operation(outer)) if self.below(4) == 0 else ()
        stack = (self.columns(block.tables), *outer)
        named = [term for term in block.select if not isinstance(term, Star)]
        ordered: Callable[[], Term] = (lambda: self.pick(named)) if operations else (lambda: self.keyed(depth, stack))
        order = () if operations and not named else self.several(0, 2, lambda: self.ordering(ordered()))
        limit = self.pick((None, 0, 3))
        offset = None if limit is None else self.pick((None, 0, 2))
        ends = {"set_operations": operations, "order_by": order, "limit": limit, "offset": offset}
        return block.model_copy(update=ends)

    def operation(self, outer: tuple[Columns, ...]) -> SetOperation:
        return SetOperation(operator=self.pick(get_args(SetOperator)), plan=self.block(0, outer))

    def block(self, depth: int, outer: tuple[Columns, ...]) -> Plan:
        """Make a plan of one SELECT, without ordering."""
        tables = self.several(1, 3, lambda: self.source(depth))
        stack = (self.columns(tables), *outer)
        return Plan(
            select=self.several(1, 3, lambda: self.projection(depth, stack, len(tables))),
            distinct=self.below(3) == 0,
            tables=tables,
            joins=tuple(self.join(stack) for _ in tables[1:]),
            where=self.maybe(depth, stack),
            group_by=self.several(0, 2, lambda: self.keyed(0, stack)),
            having=self.maybe(depth, stack),
        )

    def source(self, depth: int) -> Source:
        if depth and self.below(4) == 0:
            plan = self.plan(0, ())
            if any(
                isinstance(term, Star) for term in plan.select
            ):  # a star over two columns of one name is written out
                plan = Plan(select=(Star(),), tables=plan.tables[:1], joins=())
            return PlanSource(plan=plan)
        return TableSource(table=self.pick(self.schema.tables).name)

    def columns(self, tables: tuple[Source, ...]) -> Columns:
        return expanded(Plan(select=(Star(),), tables=tables), self.schema)

    def join(self, stack: tuple[Columns, ...]) -> Join:
        kind = self.pick(("inner", "left", "right", "full", "cross"))
        return Join(kind=kind, on=None if kind == "cross" else self.condition(0, 1, stack))

    def maybe(self, depth: int, stack: tuple[Columns, ...]) -> Condition | None:
        return self.condition(depth, 2, stack) if self.below(2) else None

    def projection(self, depth: int, stack: tuple[Columns, ...], sources: int) -> Term:
        if self.below(5):
            return self.term(depth, 2, stack)
        return Star() if sources == 1 else Star(source=self.pick((None, *range(sources))))

    def keyed(self, depth: int, stack: tuple[Columns, ...]) -> Term:
        """Make a term to group or order by: no constant, which might name a position, and no outer column (SQLite)."""
        term = self.term(depth, 1, stack[:1])
        return self.column(stack[:1]) if isinstance(term, LiteralTerm) else term

    def ordering(self, term: Term) -> Ordering:
        descending = bool(self.below(2))
        return Ordering(term=term, descending=descending, nulls=self.pick((None, "first" if descending else "last")))

    def column(self, stack: tuple[Columns, ...]) -> Term:
        level = self.below(len(stack)) if self.below(3) == 0 else 0
        return self.pick(stack[level]).model_copy(update={"outer": level})

    def term(self, depth: int, size: int, stack: tuple[Columns, ...]) -> Term:
        """Make a term; `depth` bounds the sub-plans in it, `size` what else nests."""
        if size == 0 or self.below(2):
            return self.column(stack) if self.below(3) else LiteralTerm(value=self.pick(LITERALS))

        def inner() -> Term:
            return self.term(depth, size - 1, stack)

        match self.below(8):
            case 0:
                function = self.pick(get_args(AggregateFunction))
                return Aggregate(function=function, argument=inner(), distinct=bool(self.below(2)))
            case 1:
                return Aggregate(function="count", argument=Star())
            case 2 | 3:
                return Arithmetic(operator=self.pick(get_args(ArithmeticOperator)), left=inner(), right=inner())
            case 4:
                return self.call(inner)
            case 5:
                return Cast(argument=inner(), type=self.pick(get_args(CastType)))
            case 6:
                branches = self.several(1, 2, lambda: Branch(condition=self.condition(0, 1, stack), value=inner()))
                return Case(branches=branches, otherwise=inner() if self.below(2) else None)
            case _:
                if depth and self.below(2):
                    return SubPlan(plan=self.plan(depth - 1, stack))
                return Truth(condition=self.condition(0, size - 1, stack))

    def call(self, inner: Callable[[], Term]) -> Call:
        name = self.pick(get_args(FunctionName))
        least, most = (0, 0) if name in KEYWORDS else (2, 3) if name in ("min", "max") else (1, 3)
        return Call(function=name, arguments=self.several(least, most, inner))

    def condition(self, depth: int, size: int, stack: tuple[Columns, ...]) -> Condition:
        """Make a condition."""
        if size == 0 or self.below(2):
            return self.predicate(depth, stack)
        if self.below(3) == 0:
            return _not(self.condition(depth, size - 1, stack))
        kind = self.pick(("and", "or"))
        return _junction(kind, self.several(2, 3, lambda: self.condition(depth, size - 1, stack)))

    def predicate(self, depth: int, stack: tuple[Columns, ...]) -> Predicate:
        def term() -> Term:
            return self.term(depth, 1, stack)

        match self.below(5):
            case 0:
                return Predicate(left=term(), operator=self.pick(("is null", "is not null")))
            case 1:
                return Predicate(left=term(), operator=self.pick(("between", "not between")), right=(term(), term()))
            case 2:
                values = self.several(1, 3, lambda: LiteralTerm(value=self.pick(LITERALS)))
                return Predicate(left=term(), operator=self.pick(("in", "not in")), right=values)
            case 3 if depth:
                nested = SubPlan(plan=self.plan(depth - 1, stack))
                operator = self.pick(("exists", "not exists", "in", "not in"))
                return Predicate(left=None if "exists" in operator else term(), operator=operator, right=(nested,))
            case _:
                left, operator, right = term(), self.pick(COMPARISONS), term()
                if right == LiteralTerm(value=None):  # IS NULL is an operator of its own
                    right = LiteralTerm(value=0)
                return Predicate(left=left, operator=operator, right=(right,))


def _not(condition: Condition) -> Condition:
    """Negate a condition, but not a predicate that has a negative of its own."""
    if isinstance(condition, Predicate) and condition.operator in FOLDED_BY_NOT:
        return condition
    return Negation(condition=condition)


def _junction(kind: Any, conditions: tuple[Condition, ...]) -> Junction:
    """Join conditions; a member of the same kind is opened, as `to_plan` does."""
    opened: list[Condition] = []
    for condition in conditions:
        same = isinstance(condition, Junction) and condition.kind == kind
        opened += condition.conditions if same else (condition,)
    return Junction(kind=kind, conditions=tuple(opened))
