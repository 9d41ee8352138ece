"""Planting: rows put into a draft so that they fulfil a query's conditions, or all of them but one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from eval.scoring.suite.draft import Draft, DraftRow
from eval.scoring.suite.values import candidates, holds, shifted
from nodes.plan import (
    Aggregate,
    ColumnTerm,
    Condition,
    Junction,
    LiteralTerm,
    Negation,
    Operator,
    Plan,
    Predicate,
    SubPlan,
    TableSource,
)
from nodes.plan.sources import source_of
from nodes.plan.traversal import columns, conjuncts, predicates, walk_block

Cell = tuple[int, int]
"""Index of a source in its block's `tables`, index of a column in its table."""
MAX_GROUP = 6


@dataclass(frozen=True)
class Wish:
    """A comparison of one cell with constants that should be true, or false."""

    operator: Operator
    operands: tuple[Any, ...]
    wanted: bool

    def granted(self, value: Any) -> bool:
        """Whether a value makes the comparison what it should be."""
        return holds(self.operator, value, self.operands) == self.wanted


@dataclass
class Planting:
    """Plants joined rows for one block of a query."""

    draft: Draft
    block: Plan
    wishes: dict[Cell, list[Wish]] = field(default_factory=dict[Cell, list[Wish]])
    partners: list[tuple[Cell, Cell]] = field(default_factory=list[tuple[Cell, Cell]])
    """Cells that should be equal."""
    severed: list[tuple[Cell, Cell]] = field(default_factory=list[tuple[Cell, Cell]])
    """Cells that should not be equal, to one another or to any in the other's column."""
    subqueries: list[tuple[Cell, Predicate, bool]] = field(default_factory=list[tuple[Cell, Predicate, bool]])

    def plant(self, violated: int | None) -> None:
        """Plant a group of joined rows, all conditions fulfilled but the one of the given index."""
        for index, condition in enumerate(conditions(self.block)):
            self._want(condition, index != violated)
        fixed: dict[Cell, Any] = {}
        grouped = [self._cell(term) for term in self.block.group_by if isinstance(term, ColumnTerm)]
        for _ in range(self._group_size()):
            planted = self._tuple(fixed)
            fixed = {cell: planted[cell] for cell in grouped if cell in planted}

    def _group_size(self) -> int:
        """Draw how many joined rows make the group: near the constants that HAVING compares a count with."""
        sizes = [
            int(term.value) + by
            for predicate in predicates(self.block.having)
            for term in predicate.right
            if isinstance(term, LiteralTerm) and isinstance(term.value, int)
            for by in (-1, 0, 1, 2)
        ]
        near = [size for size in sizes if 0 < size <= MAX_GROUP]
        grouped = self.block.group_by or self.block.order_by
        return self.draft.draw.choice(near or ([1, 2, 3] if grouped else [1]))

    def _tuple(self, fixed: Mapping[Cell, Any]) -> dict[Cell, Any]:
        """Add one row to each source's table; return the values of all their cells."""
        rows = {index: self.draft.new_row(name) for index, name in self._names()}
        severed = {cell for pair in self.severed for cell in [self._severed(pair, rows)] if cell}
        for together in self._classes(fixed):
            cells = sorted(together - severed)
            value = next((fixed[cell] for cell in cells if cell in fixed), None)
            if cells and not any(cell in fixed for cell in cells):
                value = self._value(cells, rows)
            for index, place in cells:
                rows[index].cells[place] = value
                rows[index].held.add(place)
        for index, name in self._names():
            self._push_out(index, name, rows[index])
            self.draft.renew_keys(name, rows[index])
            rows[index].held.add(-1)
        return {(index, place): cell for index, row in rows.items() for place, cell in enumerate(row.cells)}

    def _severed(self, pair: tuple[Cell, Cell], rows: Mapping[int, DraftRow]) -> Cell | None:
        """Let one of two cells refer to nothing, and return it; None if neither may."""
        names = dict(self._names())
        return next((cell for cell in pair if self.draft.sever(names[cell[0]], cell[1], rows[cell[0]])), None)

    def _push_out(self, index: int, name: str, row: DraftRow) -> None:
        """Move a cell that the block adds up or sorts by beyond the others, now and then."""
        for term in _measured(self.block):
            cell = self._cell(term)
            if cell and cell[0] == index and cell[1] not in row.held and self.draft.draw.random() < 0.5:
                row.cells[cell[1]] = self.draft.extreme(name, cell[1])
                row.held.add(cell[1])

    def _names(self) -> Iterator[tuple[int, str]]:
        for index, source in enumerate(self.block.tables):
            if isinstance(source, TableSource) and source.table.lower() in self.draft.pool.tables:
                yield index, source.table.lower()

    def _cell(self, term: ColumnTerm) -> Cell | None:
        index = None if term.outer else source_of(term, self.block.tables)
        pooled = self.draft.pool.tables.get(term.table.lower())
        place = pooled.places.get(term.column.lower()) if pooled else None
        return None if index is None or place is None else (index, place)

    def _want(self, condition: Condition, wanted: bool) -> None:
        """Take in what a condition asks of the cells; of parts that may each decide, one does."""
        if isinstance(condition, Negation):
            self._want(condition.condition, not wanted)
        elif isinstance(condition, Junction):
            decisive = self.draft.draw.randrange(len(condition.conditions))
            usual = condition.kind == "and"
            for index, part in enumerate(condition.conditions):
                self._want(part, usual if usual == wanted or index != decisive else not usual)
        else:
            self._want_predicate(condition, wanted)

    def _want_predicate(self, predicate: Predicate, wanted: bool) -> None:
        left = next(columns(predicate.left), None) if predicate.left else None
        cell = self._cell(left) if left else None
        if cell is None:
            return
        right = predicate.right
        if len(right) == 1 and isinstance(right[0], ColumnTerm):
            other = self._cell(right[0])
            if other and predicate.operator == "=":
                (self.partners if wanted else self.severed).append((cell, other))
        elif any(isinstance(term, SubPlan) for term in right):
            self.subqueries.append((cell, predicate, wanted))
            if predicate.operator == ("not in" if wanted else "in"):
                self.severed.append((cell, cell))
        elif all(isinstance(term, LiteralTerm) for term in right):
            operands = tuple(term.value for term in right if isinstance(term, LiteralTerm))
            self.wishes.setdefault(cell, []).append(Wish(predicate.operator, operands, wanted))

    def _classes(self, fixed: Mapping[Cell, Any]) -> list[set[Cell]]:
        """Return the cells to set, in sets that share one value."""
        found = [{cell} for cell in (*self.wishes, *fixed, *(cell for cell, _, _ in self.subqueries))]
        for pair in self.partners:
            found.append(set(pair))
        merged: list[set[Cell]] = []
        for cells in found:
            touching = [other for other in merged if other & cells]
            merged = [other for other in merged if not other & cells] + [cells.union(*touching)]
        return merged

    def _value(self, cells: Sequence[Cell], rows: Mapping[int, DraftRow]) -> Any:
        """Choose the value of cells that are equal: one that grants every wish, where there is one."""
        draw, names = self.draft.draw, dict(self._names())
        wishes = [wish for cell in cells for wish in self.wishes.get(cell, ())]
        tried = [value for wish in wishes for value in candidates(wish.operator, wish.operands)]
        for index, place in cells:
            domain = self.draft.pool.tables[names[index]].domains[place]
            tried += draw.sample(domain, min(4, len(domain)))
        tried += [
            value
            for cell, asked, wanted in self.subqueries
            if cell in cells
            for value in self._near(cell, asked, wanted)
        ]
        beyond = [shifted(operand, by) for wish in wishes for operand in wish.operands for by in (1, -1)]
        good = [value for value in tried if _all_granted(wishes, value)]
        good = good or [value for value in beyond if _all_granted(wishes, value)]
        if good and (wishes or self._asked(cells)):
            return draw.choice(good)
        return self._joining(cells, rows)

    def _asked(self, cells: Sequence[Cell]) -> bool:
        return any(cell in cells for cell, _, _ in self.subqueries)

    def _near(self, cell: Cell, asked: Predicate, wanted: bool) -> list[Any]:
        """Return values for a comparison with a sub-query: of its rows, or beyond them."""
        name = dict(self._names())[cell[0]]
        inside = wanted == (asked.operator in ("in", "="))
        terms = (term for right in asked.right if isinstance(right, SubPlan) for term in right.plan.select)
        for term in terms:
            if inside and isinstance(term, ColumnTerm) and term.table.lower() in self.draft.rows:
                place = self.draft.pool.tables[term.table.lower()].places.get(term.column.lower())
                return (
                    [row.cells[place] for row in self.draft.rows[term.table.lower()]][-8:] if place is not None else []
                )
        return [self.draft.fresh(name, cell[1]), self.draft.extreme(name, cell[1])]

    def _joining(self, cells: Sequence[Cell], rows: Mapping[int, DraftRow]) -> Any:
        """Choose a value to join on: one that is there, or a new one where a key is joined."""
        names, draw = dict(self._names()), self.draft.draw
        for index, place in cells:
            if place in self.draft.pool.single_keys(names[index]):
                there = [row.cells[place] for row in self.draft.rows[names[index]] if row is not rows[index]]
                return draw.choice(there) if there and draw.random() < 0.3 else self.draft.fresh(names[index], place)
        index, place = draw.choice(cells)
        return rows[index].cells[place]


def _all_granted(wishes: Sequence[Wish], value: Any) -> bool:
    return all(wish.granted(value) for wish in wishes)


def conditions(block: Plan) -> tuple[Condition, ...]:
    """Return what the joined rows of a block must fulfil: its join conditions and its WHERE."""
    joins = (condition for join in block.joins or () for condition in conjuncts(join.on))
    return (*joins, *conjuncts(block.where))


def _measured(block: Plan) -> Iterator[ColumnTerm]:
    for part in walk_block(block):
        if isinstance(part, Aggregate):
            yield from columns(part.argument)
    for ordering in block.order_by:
        if isinstance(ordering.term, ColumnTerm):
            yield ordering.term
