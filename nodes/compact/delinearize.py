"""Symbol sequences of the plan grammar to plans."""

from __future__ import annotations

from typing import cast

from nodes.compact.grammar import (
    AGGREGATES,
    ARITHMETIC,
    DERIVED,
    EXISTENCE,
    LITERALS,
    MEMBERSHIPS,
    NULL_TESTS,
    RANGES,
    SET_OPERATORS,
    Pointer,
    Symbol,
)
from nodes.compact.pointers import Items
from nodes.plan import (
    Aggregate,
    AggregateFunction,
    Arithmetic,
    ArithmeticOperator,
    ColumnTerm,
    Condition,
    DerivedTerm,
    Join,
    Junction,
    LiteralTerm,
    LiteralValue,
    Operator,
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
)

_OF_PATTERNS: dict[Operator, Operator] = {"=": "like", "!=": "not like"}


def from_symbols(symbols: tuple[Symbol, ...], items: Items) -> Plan:
    """Read a complete symbol sequence; joins left out stay None for the compiler to derive.

    Raises:
        ValueError: The sequence is not a plan of the grammar.
    """
    reader = _Reader(symbols, items)
    plan = reader.plan()
    reader.expect("end")
    return plan


class _Reader:
    def __init__(self, symbols: tuple[Symbol, ...], items: Items) -> None:
        self._symbols, self._items, self._at = symbols, items, 0

    @property
    def _head(self) -> Symbol:
        return self._symbols[self._at] if self._at < len(self._symbols) else "end"

    def _next(self) -> Symbol:
        symbol = self._head
        self._at += 1
        return symbol

    def expect(self, word: str) -> None:
        if self._next() != word:
            raise ValueError(f"expected {word!r} at {self._at - 1}")

    def _take(self, word: str) -> bool:
        if self._head == word:
            self._at += 1
            return True
        return False

    def plan(self) -> Plan:
        core = self._core()
        operations: list[SetOperation] = []
        while self._head in SET_OPERATORS:
            operator = cast("SetOperator", self._next())
            operations.append(SetOperation(operator=operator, plan=self._core()))
        order: list[Ordering] = []
        if self._take("order"):
            while self._head in ("asc", "desc"):
                descending = self._next() == "desc"
                order.append(Ordering(term=self._term(), descending=descending))
        limit = self._limit() if self._take("limit") else None
        return core.model_copy(update={"set_operations": tuple(operations), "order_by": tuple(order), "limit": limit})

    def _limit(self) -> int:
        literal = self._term()
        if isinstance(literal, LiteralTerm) and isinstance(literal.value, int | float | str):
            return int(float(literal.value))
        raise ValueError("limit is not a number")

    def _core(self) -> Plan:
        self.expect("from")
        sources: list[Source] = []
        while True:
            if isinstance(self._head, Pointer) and self._head.kind == "table":
                sources.append(TableSource(table=self._items.schema.tables[cast("Pointer", self._next()).index].name))
            elif self._take("("):
                sources.append(PlanSource(plan=self.plan()))
                self.expect(")")
            else:
                break
        pairs: list[tuple[Term, Term]] = []
        while self._take("join"):
            pairs.append((self._term(), self._term()))
        self.expect("select")
        distinct = self._take("distinct")
        select = self._terms()
        where = self._condition() if self._take("where") else None
        group = self._terms() if self._take("group") else ()
        having = self._condition() if self._take("having") else None
        return Plan(
            select=select, distinct=distinct, tables=tuple(sources), joins=_joins(tuple(sources), pairs),
            where=where, group_by=group, having=having,
        )  # fmt: skip

    def _terms(self) -> tuple[Term, ...]:
        out = [self._term()]
        while self._begins_term():
            out.append(self._term())
        return tuple(out)

    def _begins_term(self) -> bool:
        head = self._head
        if isinstance(head, Pointer):
            return head.kind != "table"
        return head in ("again", "star", "(", *LITERALS, *DERIVED, *AGGREGATES, *ARITHMETIC)

    def _condition(self) -> Condition:
        """Read a flat run of predicates: `and` binds tighter than `or`."""
        groups: list[list[Condition]] = [[self._predicate()]]
        while self._head in ("and", "or"):
            if self._next() == "or":
                groups.append([])
            groups[-1].append(self._predicate())
        anded = [_junction("and", group) for group in groups]
        return _junction("or", anded)

    def _predicate(self) -> Condition:
        if self._take("["):
            condition = self._condition()
            self.expect("]")
            return condition
        if self._head in EXISTENCE:
            return Predicate(operator=cast("Operator", self._next()), right=(self._term(),))
        left = self._term()
        operator = cast("Operator", self._next())
        if operator in NULL_TESTS:
            return Predicate(left=left, operator=operator)
        if operator in RANGES:
            return Predicate(left=left, operator=operator, right=(self._term(), self._term()))
        if operator in MEMBERSHIPS and self._take("["):
            members = self._terms()
            self.expect("]")
            return Predicate(left=left, operator=operator, right=members)
        right = self._term()
        if isinstance(right, LiteralTerm) and _is_pattern(right.value):
            operator = _OF_PATTERNS.get(operator, operator)  # no column stores a text with its wildcards
        return Predicate(left=left, operator=operator, right=(right,))

    def _term(self) -> Term:
        symbol = self._next()
        if isinstance(symbol, Pointer):
            if symbol.kind == "value":
                return LiteralTerm(value=self._items.values[symbol.index])
            return self._column(symbol, 0)
        if symbol == "again":
            return self._column(cast("Pointer", self._next()), 1)
        if symbol == "star":
            return Star()
        if symbol in LITERALS:
            return LiteralTerm(value=int(symbol.strip("'")))
        if symbol in DERIVED:
            return DerivedTerm(source=0, position=DERIVED.index(symbol))
        if symbol in AGGREGATES:
            distinct = self._take("of distinct")
            return Aggregate(function=cast("AggregateFunction", symbol), argument=self._term(), distinct=distinct)
        if symbol in ARITHMETIC:
            left = self._term()
            return Arithmetic(operator=cast("ArithmeticOperator", symbol), left=left, right=self._term())
        if symbol == "(":
            plan = self.plan()
            self.expect(")")
            return SubPlan(plan=plan)
        raise ValueError(f"{symbol!r} begins no term")

    def _column(self, pointer: Pointer, occurrence: int) -> ColumnTerm:
        ref = self._items.ref(pointer)
        return ColumnTerm(table=ref.table, column=ref.column, occurrence=occurrence)


def _junction(kind: str, parts: list[Condition]) -> Condition:
    return parts[0] if len(parts) == 1 else Junction.model_validate({"kind": kind, "conditions": tuple(parts)})


def _joins(sources: tuple[Source, ...], pairs: list[tuple[Term, Term]]) -> tuple[Join, ...] | None:
    """Hang each equality on the later of the two sources it ties; no pair leaves the joins to the compiler."""
    if len(sources) == 1:
        return ()
    if not pairs:
        return None
    positions: dict[tuple[str, int], int] = {}
    seen: dict[str, int] = {}
    for index, source in enumerate(sources):
        if isinstance(source, TableSource):
            name = source.table.lower()
            positions[name, seen.get(name, 0)] = index
            seen[name] = seen.get(name, 0) + 1
    conditions: list[list[Condition]] = [[] for _ in sources]
    for left, right in pairs:
        ends = [(t.table.lower(), t.occurrence) for t in (left, right) if isinstance(t, ColumnTerm)]
        if any(end not in positions for end in ends):
            raise ValueError("a join names a table once more than FROM does")
        places = [positions[end] for end in ends]
        conditions[max(places, default=1)].append(Predicate(left=left, operator="=", right=(right,)))
    return tuple(
        Join(kind="inner", on=_junction("and", parts)) if parts else Join(kind="cross") for parts in conditions[1:]
    )


def _is_pattern(value: LiteralValue) -> bool:
    """Tell whether a literal begins or ends with a wildcard: '%West%' of "a city containing West"."""
    return isinstance(value, str) and len(value) > 1 and (value.startswith("%") or value.endswith("%"))
