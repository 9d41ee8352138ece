"""Rows of one table in words, and the part of a plan that selects them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from nodes.plan import LiteralTerm, Operator, Plan, Predicate, TableSource, Term
from nodes.plan.traversal import conjunction
from training.data.generated.phrasing import (
    COMPARED,
    a,
    pick,
    plural,
    singular,
)
from training.data.generated.schema_sketch import Sketch, term
from value_index.schema import Column, Table


@dataclass(frozen=True)
class SchemaPart:
    """Rows of one table."""

    table: Table
    tables: tuple[Table, ...]
    near: tuple[str, ...] = ()
    """What is said of the rows themselves; it stands first, so that nobody takes it for said of another table."""
    far: tuple[str, ...] = ()
    """What is said of them by way of other tables."""
    predicates: tuple[Predicate, ...] = ()
    repeats: bool = False
    """Whether a join may show one row of the table several times."""

    @property
    def words(self) -> str:
        """The rows, in the plural."""
        return " ".join((plural(self.table.natural_name), *self._said))

    @property
    def one(self) -> str:
        """One such row."""
        return " ".join((singular(self.table.natural_name), *self._said))

    @property
    def _said(self) -> tuple[str, ...]:
        return (" and ".join(self.near), " ".join(self.far))

    def compares(self, column: Column) -> bool:
        """Whether a column of the table was spoken of."""
        return any(predicate.left == term(self.table, column) for predicate in self.predicates)

    def plan(self, select: Sequence[Term], **more: Any) -> Plan:
        where = conjunction(self.predicates) if self.predicates else None
        sources = tuple(TableSource(table=table.name) for table in dict.fromkeys(self.tables))
        return Plan(select=tuple(select), tables=sources, where=where, **more)


def draw_part(sketch: Sketch, *, least: int = 0) -> SchemaPart:
    """Draw a table and up to two things said of its rows, one of them perhaps by way of a table one or two keys away."""
    table = sketch.draw.choice(sketch.tables)
    part = SchemaPart(table, (table,))
    for number in range(sketch.draw.choice((least, 1, 1, 2))):
        part = _near(sketch, part) if number or sketch.draw.random() < 0.4 else _far(sketch, part)
    return part


def _far(sketch: Sketch, part: SchemaPart) -> SchemaPart:
    """Say something of a table one or two keys away."""
    parents, children = sketch.parents(part.table), sketch.children(part.table)
    if not parents and not children:
        return _near(sketch, part)
    down = not parents or (bool(children) and sketch.draw.random() < 0.3)
    other, _ = sketch.draw.choice(children if down else parents)
    way = f"that have {a(other.natural_name)}" if down else f"of {a(other.natural_name)}"
    further = [found for found in sketch.parents(other) if found[0] != part.table]
    if not down and further and sketch.draw.random() < 0.5:
        other, _ = sketch.draw.choice(further)
        way += f" of {a(other.natural_name)}"
    said = _near(sketch, SchemaPart(other, (other,)))
    if not said.predicates:
        return part
    return replace(
        part,
        tables=(*part.tables, other),
        far=(*part.far, f"{way} {said.near[0]}"),
        predicates=(*part.predicates, *said.predicates),
        repeats=down,
    )


def _near(sketch: Sketch, part: SchemaPart) -> SchemaPart:
    """Say something of a column of the table."""
    columns = [c for c in sketch.columns(part.table) if sketch.values(part.table, c) and not part.compares(c)]
    if not columns:
        return part
    column = sketch.draw.choice(columns)
    operator, literals, shown = _comparison(sketch, part.table, column)
    right = tuple(LiteralTerm(value=value) for value in literals)
    said = pick(sketch.draw, COMPARED[operator], what=column.natural_name, value=shown[0], other=shown[-1])
    predicate = Predicate(left=term(part.table, column), operator=operator, right=right)
    return replace(part, near=(*part.near, said), predicates=(*part.predicates, predicate))


def _comparison(sketch: Sketch, table: Table, column: Column) -> tuple[Operator, tuple[Any, ...], tuple[str, ...]]:
    """Draw an operator with its literals, and these as a question writes them."""
    values = sketch.values(table, column)
    if column in sketch.numbers(table):
        if len(values) > 3 and sketch.draw.random() < 0.2:
            low, high = sorted(sketch.draw.sample(values, 2))
            return "between", (low, high), (str(low), str(high))
        operators: tuple[Operator, ...] = (">", "<", ">=", "<=", "=")
        value = sketch.draw.choice(values)
        return sketch.draw.choice(operators), (value,), (str(value),)
    value = sketch.draw.choice(values)
    words = str(value).split()
    if (
        isinstance(value, str)
        and len(words) > 1
        and "%" not in value
        and "_" not in value
        and sketch.draw.random() < 0.2
    ):
        word = sketch.draw.choice(words)
        return "like", (f"%{word}%",), (repr(word),)
    plain = sketch.draw.random() < 0.5 and isinstance(value, str)
    return ("!=" if sketch.draw.random() < 0.1 else "="), (value,), (str(value) if plain else repr(value),)
