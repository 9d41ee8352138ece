"""Plans drawn at random over a database: queries as people ask them, with columns, keys and values that exist."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from nodes.plan import (
    ROW_COUNT,
    Aggregate,
    AggregateFunction,
    ColumnTerm,
    Condition,
    Junction,
    LiteralTerm,
    Operator,
    Ordering,
    Plan,
    Predicate,
    SetOperation,
    SetOperator,
    Star,
    SubPlan,
    TableSource,
    Term,
)
from value_index.database import Database
from value_index.schema import ColumnRef, ForeignKey, Schema

VALUES = 200
"""Distinct values of a column that literals are drawn from."""
LONGEST = 40
"""Characters of a literal."""
NUMBERS: tuple[AggregateFunction, ...] = ("avg", "max", "min", "sum")
SETS: tuple[SetOperator, ...] = ("except", "intersect", "union")


@dataclass(frozen=True)
class PlanMaker:
    """Draws plans over one database; the same seed draws the same plans."""

    database: Database
    draw: random.Random
    _values: dict[ColumnRef, tuple[str | int | float, ...]] = field(default_factory=dict)

    def plan(self) -> Plan:
        """Draw one query: plain, grouped, nested or a set operation."""
        kind = self.draw.choices(("plain", "grouped", "nested", "set"), (58, 22, 12, 8))[0]
        match kind:
            case "grouped":
                return self._grouped()
            case "nested":
                return self._nested()
            case "set":
                return self._set()
            case _:
                return self._plain()

    @property
    def schema(self) -> Schema:
        """The database's schema."""
        return self.database.schema

    @cached_property
    def _keys(self) -> tuple[ForeignKey, ...]:
        """Foreign keys between two tables; a table that refers to itself would need to be named twice."""
        return tuple(key for key in self.schema.foreign_keys if key.source.table != key.target.table)

    def _plain(self) -> Plan:
        tables = self._tables()
        select, counted = self._projections(tables)
        ordered = not counted and self.draw.random() < 0.25
        return Plan(
            select=select,
            distinct=not counted and not isinstance(select[0], Star) and self.draw.random() < 0.12,
            tables=_sources(tables),
            where=self._where(tables),
            order_by=(self._ordering(self._column(tables)),) if ordered else (),
            limit=self._limit() if ordered and self.draw.random() < 0.6 else None,
        )

    def _grouped(self) -> Plan:
        tables = self._tables()
        key = self._column(tables)
        measure = ROW_COUNT if self.draw.random() < 0.7 else self._aggregate(tables)
        shown = self.draw.choice(((key, measure), (measure, key), (key,)))
        having = None
        if len(shown) == 1 or self.draw.random() < 0.25:
            having = Predicate(left=ROW_COUNT, operator=self._operator(), right=(_literal(self.draw.randint(1, 9)),))
        ordered = len(shown) > 1 and having is None and self.draw.random() < 0.45
        return Plan(
            select=shown,
            tables=_sources(tables),
            where=self._where(tables) if self.draw.random() < 0.3 else None,
            group_by=(key,),
            having=having,
            order_by=(self._ordering(measure),) if ordered else (),
            limit=self._limit() if ordered and self.draw.random() < 0.7 else None,
        )

    def _nested(self) -> Plan:
        if self._keys and self.draw.random() < 0.55:
            key = self.draw.choice(self._keys)
            outer, inner = key.target, key.source
            condition = self._where([inner.table]) if self.draw.random() < 0.5 else None
            found = SubPlan(plan=Plan(select=(ColumnTerm.of(inner),), tables=_sources([inner.table]), where=condition))
            operator: Operator = self.draw.choice(("in", "not in", "not in"))
            where = Predicate(left=ColumnTerm.of(outer), operator=operator, right=(found,))
            return Plan(select=self._projections([outer.table])[0], tables=_sources([outer.table]), where=where)
        tables = self._tables(most=1)
        function: AggregateFunction = self.draw.choice(("avg", "max", "min"))
        number = self._column(tables, numeric=True)
        asked = Plan(select=(Aggregate(function=function, argument=number),), tables=_sources(tables))
        operator = self.draw.choice((">", "<", ">=")) if function == "avg" else "="
        where = Predicate(left=number, operator=operator, right=(SubPlan(plan=asked),))
        return Plan(select=self._projections(tables)[0], tables=_sources(tables), where=where)

    def _set(self) -> Plan:
        tables = self._tables()
        columns = tuple(dict.fromkeys(self._column(tables) for _ in range(self.draw.choice((1, 1, 2)))))
        first, second = (Plan(select=columns, tables=_sources(tables), where=self._predicate(tables)) for _ in range(2))
        if self.draw.random() < 0.3:
            first = first.model_copy(update={"where": None})
        operation = SetOperation(operator=self.draw.choice(SETS), plan=second)
        return first.model_copy(update={"set_operations": (operation,)})

    def _tables(self, most: int = 3) -> list[str]:
        """Draw a table, at times with neighbours along the foreign keys."""
        tables = [self.draw.choice(self.schema.tables).name]
        wanted = min(most, self.draw.choices((1, 2, 3), (6, 3, 1))[0])
        while len(tables) < wanted:
            ends = [(key.source.table, key.target.table) for key in self._keys]
            near = [b for a, b in (*ends, *((b, a) for a, b in ends)) if a in tables and b not in tables]
            if not near:
                break
            tables.append(self.draw.choice(near))
        return tables

    def _projections(self, tables: Sequence[str]) -> tuple[tuple[Term, ...], bool]:
        """Draw what is shown, and whether it is one row of aggregates."""
        kind = self.draw.choices(("columns", "star", "rows", "distinct", "aggregates"), (56, 8, 18, 5, 13))[0]
        match kind:
            case "star":
                return (Star(),), False
            case "rows":
                return (ROW_COUNT,), True
            case "distinct":
                return (Aggregate(function="count", argument=self._column(tables), distinct=True),), True
            case "aggregates":
                count = self.draw.choice((1, 1, 2, 3))
                return tuple(dict.fromkeys(self._aggregate(tables) for _ in range(count))), True
            case _:
                count = self.draw.choices((1, 2, 3, 4), (5, 4, 2, 1))[0]
                return tuple(dict.fromkeys(self._column(tables) for _ in range(count))), False

    def _where(self, tables: Sequence[str]) -> Condition | None:
        count = self.draw.choices((0, 1, 2, 3), (8, 9, 4, 1))[0]
        found = tuple(dict.fromkeys(self._predicate(tables) for _ in range(count)))
        if len(found) < 2:
            return found[0] if found else None
        return Junction(kind="or" if self.draw.random() < 0.25 else "and", conditions=found)

    def _predicate(self, tables: Sequence[str]) -> Predicate:
        """Draw a comparison of a column with a value that it holds."""
        for _ in range(8):
            column = self._column(tables)
            if found := self._stored(column):
                value = self.draw.choice(found)
                return self._compared(column, value)
        return Predicate(left=self._column(tables), operator=self.draw.choice(("is null", "is not null")))

    def _compared(self, column: ColumnTerm, value: str | int | float) -> Predicate:
        if isinstance(value, str):
            operator: Operator = self.draw.choices(("=", "!=", "like", "not like", ">"), (70, 9, 15, 2, 4))[0]
            text = f"%{self.draw.choice(value.split() or [value])}%" if "like" in operator else value
            return Predicate(left=column, operator=operator, right=(_literal(text),))
        if self.draw.random() < 0.12:
            low, high = sorted((value, self.draw.choice([v for v in self._stored(column) if not isinstance(v, str)])))
            return Predicate(left=column, operator="between", right=(_literal(low), _literal(high)))
        return Predicate(left=column, operator=self._operator(), right=(_literal(value),))

    def _operator(self) -> Operator:
        operators: tuple[Operator, ...] = ("=", ">", "<", ">=", "<=", "!=")
        return self.draw.choices(operators, (8, 6, 4, 3, 2, 1))[0]

    def _aggregate(self, tables: Sequence[str]) -> Aggregate:
        return Aggregate(function=self.draw.choice(NUMBERS), argument=self._column(tables, numeric=True))

    def _ordering(self, term: Term) -> Ordering:
        return Ordering(term=term, descending=self.draw.random() < 0.55)

    def _limit(self) -> int:
        return self.draw.choices((1, 3, 5, 10, 2), (12, 3, 2, 1, 1))[0]

    def _column(self, tables: Sequence[str], *, numeric: bool = False) -> ColumnTerm:
        """Draw a column; a number where the tables have one and it is asked for."""
        table = self.schema.table(self.draw.choice(tables))
        assert table
        chosen = [column for column in table.columns if column.kind == "number"] if numeric else []
        return ColumnTerm(table=table.name, column=self.draw.choice(chosen or table.columns).name)

    def _stored(self, column: ColumnTerm) -> tuple[str | int | float, ...]:
        ref = column.ref
        if ref not in self._values:
            found = self.database.distinct(ref, VALUES)
            self._values[ref] = tuple(v for v in found if isinstance(v, str | int | float) and _usable(v))
        return self._values[ref]


def _usable(value: str | int | float) -> bool:
    """Leave out what no one would write into a query."""
    return not isinstance(value, str) or (0 < len(value) <= LONGEST and value.isprintable() and value.strip() == value)


def _literal(value: str | int | float) -> LiteralTerm:
    return LiteralTerm(value=value)


def _sources(tables: Sequence[str]) -> tuple[TableSource, ...]:
    return tuple(TableSource(table=table) for table in tables)
