"""Plans to symbol sequences of the plan grammar."""

from __future__ import annotations

from functools import lru_cache

from nodes.compact.grammar import (
    AGGREGATES,
    ARITHMETIC,
    COMPARISONS,
    DERIVED,
    EXISTENCE,
    MEMBERSHIPS,
    NULL_TESTS,
    RANGES,
    Symbol,
)
from nodes.compact.pointers import Inexpressible, Items
from nodes.plan import (
    Aggregate,
    Arithmetic,
    ColumnTerm,
    Condition,
    DerivedTerm,
    Junction,
    LiteralTerm,
    Plan,
    PlanModel,
    Predicate,
    Source,
    Star,
    SubPlan,
    TableSource,
    Term,
)
from nodes.plan.sources import reads_tables_only
from nodes.plan.traversal import blocks, conjuncts, rewrite
from nodes.sql.joins.fill import with_joins
from value_index.schema import Schema

_Pairs = frozenset[frozenset[tuple[str, str, int]]]


def to_symbols(plan: Plan, items: Items) -> tuple[Symbol, ...]:
    """Write a plan as symbols. Joins are left out where the schema's keys give them, and written as equal pairs elsewhere.

    Args:
        plan: With its joins written out.
        items: The turn's pointers.

    Raises:
        Inexpressible: The grammar has no words for some part of it.
    """
    return (*_Writer(items).plan(_without_derived_joins(plan, items.schema)), "end")


def _without_derived_joins(plan: Plan, schema: Schema) -> Plan:
    """Drop the joins of every block that the compiler would derive just so from its FROM list."""

    if not any(block.joins for block in blocks(plan)):
        return plan

    def drop(part: PlanModel) -> PlanModel:
        if not isinstance(part, Plan) or not part.joins or not reads_tables_only(part):
            return part
        tables, pairs = _derived(part.tables, schema)
        same = tables == part.tables and pairs is not None and _pairs(part) == pairs
        return part.model_copy(update={"joins": None}) if same else part

    return rewrite(plan, drop)


@lru_cache(maxsize=4096)
def _derived(tables: tuple[Source, ...], schema: Schema) -> tuple[tuple[Source, ...], _Pairs | None]:
    """Return the sources, and the column pairs of their joins, that the schema's keys give."""
    derived = with_joins(Plan(select=(Star(),), tables=tables), schema)
    return derived.tables, _pairs(derived)


def _pairs(plan: Plan) -> _Pairs | None:
    """Return the column pairs that the inner joins equate; None where a join is of another make."""
    found: set[frozenset[tuple[str, str, int]]] = set()
    for join in plan.joins or ():
        if join.kind != "inner":
            return None
        for part in conjuncts(join.on):
            if not isinstance(part, Predicate) or part.operator != "=":
                return None
            sides = (part.left, *part.right)
            if not all(isinstance(side, ColumnTerm) for side in sides):
                return None
            found.add(
                frozenset((s.table.lower(), s.column.lower(), s.occurrence) for s in sides if isinstance(s, ColumnTerm))
            )
    return frozenset(found)


class _Writer:
    def __init__(self, items: Items) -> None:
        self._items = items

    def plan(self, plan: Plan) -> list[Symbol]:
        out = self._core(plan)
        for operation in plan.set_operations:
            member = operation.plan
            if member.order_by or member.limit is not None or member.set_operations:
                raise Inexpressible("ordering or nesting inside a set operation")
            out += [operation.operator, *self._core(member)]
        if plan.order_by:
            out.append("order")
            for ordering in plan.order_by:
                out += ["desc" if ordering.descending else "asc", *self._term(ordering.term)]
        if plan.limit is not None:
            out += ["limit", self._items.value(plan.limit)]
        if plan.offset:
            raise Inexpressible("offset")
        return out

    def _core(self, plan: Plan) -> list[Symbol]:
        if not plan.tables or not plan.select:
            raise Inexpressible("no FROM")
        out: list[Symbol] = ["from"]
        for source in plan.tables:
            if isinstance(source, TableSource):
                out.append(self._items.table(source.table))
            else:
                out += ["(", *self.plan(source.plan), ")"]
        out += self._joins(plan)
        out.append("select")
        if plan.distinct:
            out.append("distinct")
        for term in plan.select:
            out += self._term(term)
        if plan.where is not None:
            out += ["where", *self._condition(plan.where)]
        if plan.group_by:
            out.append("group")
            for term in plan.group_by:
                out += self._term(term)
        if plan.having is not None:
            if not plan.group_by:
                raise Inexpressible("having without grouping")
            out += ["having", *self._condition(plan.having)]
        return out

    def _joins(self, plan: Plan) -> list[Symbol]:
        out: list[Symbol] = []
        for join in plan.joins or ():
            if join.kind == "cross" and join.on is None:
                continue
            if join.kind != "inner" or join.on is None:
                raise Inexpressible(f"{join.kind} join")
            for part in conjuncts(join.on):
                out += self._join_pair(part)
        return out

    def _join_pair(self, part: Condition) -> list[Symbol]:
        if isinstance(part, Predicate) and part.operator == "=" and isinstance(part.left, ColumnTerm):
            right = part.right[0]
            if isinstance(right, ColumnTerm):
                return ["join", *self._term(part.left), *self._term(right)]
        raise Inexpressible("join on something else than equal columns")

    def _condition(self, condition: Condition) -> list[Symbol]:
        if isinstance(condition, Predicate):
            return self._predicate(condition)
        if not isinstance(condition, Junction):
            raise Inexpressible("negated condition")
        out: list[Symbol] = []
        for index, part in enumerate(condition.conditions):
            if index:
                out.append(condition.kind)
            bracket = isinstance(part, Junction) and condition.kind == "and"
            out += ["[", *self._condition(part), "]"] if bracket else self._condition(part)
        return out

    def _predicate(self, predicate: Predicate) -> list[Symbol]:
        operator, right = predicate.operator, predicate.right
        if operator in EXISTENCE and isinstance(right[0], SubPlan):
            return [operator, "(", *self.plan(right[0].plan), ")"]
        if predicate.left is None:
            raise Inexpressible("predicate without a left side")
        left = self._term(predicate.left)
        if operator in MEMBERSHIPS:
            if isinstance(right[0], SubPlan):
                return [*left, operator, "(", *self.plan(right[0].plan), ")"]
            members = [symbol for term in right for symbol in self._term(term)]
            return [*left, operator, "[", *members, "]"]
        if operator not in (*COMPARISONS, *RANGES, *NULL_TESTS):
            raise Inexpressible(f"operator {operator}")
        return [*left, operator, *(symbol for term in right for symbol in self._term(term))]

    def _term(self, term: Term) -> list[Symbol]:
        if isinstance(term, ColumnTerm):
            if term.outer or term.occurrence > 1:
                raise Inexpressible("correlated column" if term.outer else "table joined thrice to itself")
            pointer = self._items.column(term)
            return ["again", pointer] if term.occurrence else [pointer]
        if isinstance(term, Star):
            if term.source is not None:
                raise Inexpressible("star of one table")
            return ["star"]
        if isinstance(term, LiteralTerm):
            return [self._items.value(term.value)]
        if isinstance(term, Aggregate) and term.function in AGGREGATES:
            return [term.function, *(("of distinct",) if term.distinct else ()), *self._term(term.argument)]
        if isinstance(term, Arithmetic) and term.operator in ARITHMETIC:
            return [term.operator, *self._term(term.left), *self._term(term.right)]
        if isinstance(term, SubPlan):
            return ["(", *self.plan(term.plan), ")"]
        if isinstance(term, DerivedTerm) and not term.outer and term.position < len(DERIVED):
            return [DERIVED[term.position]]
        raise Inexpressible(f"{term.kind} term")
