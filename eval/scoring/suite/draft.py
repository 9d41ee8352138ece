"""Draft: the rows of one copy while it is drawn, and the rules that make it a database that could be."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from itertools import count
from random import Random
from typing import Any

from eval.scoring.suite.pool import Pool, Reference
from eval.scoring.suite.values import is_word, shifted

ROUNDS = 4
"""How often parents are added for rows that were themselves added as parents."""


@dataclass
class DraftRow:
    """One row; cells that were set on purpose stay as they are."""

    cells: list[Any]
    held: set[int] = field(default_factory=set[int])
    lost: set[int] = field(default_factory=set[int])
    """Cells that may refer to nothing."""


class Draft:
    """Rows by table; keys are kept, and so are references unless orphans are asked for."""

    def __init__(self, pool: Pool, draw: Random, *, nulls: float = 0.0, orphans: float = 0.0) -> None:
        """Start empty.

        Args:
            nulls: share of the cells that may be NULL which are.
            orphans: share of the references that refer to nothing.
        """
        self.pool = pool
        self.draw = draw
        self.nulls = nulls
        self.orphans = orphans
        self.rows: dict[str, list[DraftRow]] = {name: [] for name in pool.tables}
        self._fresh = count(1)

    def fill(self, name: str, size: int) -> None:
        """Add rows of the pool."""
        rows = self.pool.tables[name].rows
        for row in self.draw.sample(rows, min(size, len(rows))):
            self.rows[name].append(DraftRow(list(row)))

    def new_row(self, name: str) -> DraftRow:
        """Add a row like one of the pool, under keys of its own."""
        pooled = self.pool.tables[name]
        cells = list(self.draw.choice(pooled.rows)) if pooled.rows else [1] * len(pooled.table.columns)
        row = DraftRow(cells)
        self.rows[name].append(row)
        return row

    def renew_keys(self, name: str, row: DraftRow) -> None:
        """Give a row keys that no other row has, in a column that was not set on purpose."""
        referring = {ref.source for ref in self.pool.references if ref.child == name}
        for key in self.pool.tables[name].keys:
            free = [place for place in key if place not in row.held]
            if len(free) == len(key) or (free and len(key) > 1):
                place = min(free, key=lambda place: place in referring)
                row.cells[place] = self.fresh(name, place)

    def fresh(self, name: str, place: int) -> Any:
        """Return a value that a column does not hold."""
        domain = self.pool.tables[name].domains[place]
        numbers = [cell for cell in domain if isinstance(cell, (int, float))]
        if numbers or not domain:
            return int(max(numbers, default=0)) + next(self._fresh)
        return f"{self.draw.choice(domain)} {next(self._fresh)}"

    def extreme(self, name: str, place: int) -> Any:
        """Return a value at the end of those that a column holds, or beyond where it holds numbers or dates."""
        domain = [cell for cell in self.pool.tables[name].domains[place] if isinstance(cell, (int, float, str))]
        if not domain:
            return 1
        ordered = sorted(domain, key=lambda cell: (isinstance(cell, str), cell))
        end, step = (ordered[-1], 1) if self.draw.random() < 0.5 else (ordered[0], -1)
        return end if is_word(end) else shifted(end, step)

    def sever(self, name: str, place: int, row: DraftRow) -> bool:
        """Make a cell that refers to a row refer to none, where the copy may hold such; say whether it was done."""
        if not any(ref.child == name and ref.source == place for ref in self.pool.references):
            return False
        if self.orphans:
            row.cells[place] = self.fresh(name, place)
            row.lost.add(place)
        elif self.nulls and place in self.pool.tables[name].nullable:
            row.cells[place] = None
        else:
            return False
        row.held.add(place)
        return True

    def settle(self) -> None:
        """Make every key hold, and every reference but for a share of orphans; then mix the rows."""
        for _ in range(ROUNDS):
            for reference in self.pool.references:
                self._refer(reference)
        for name in self.rows:
            self._keep_keys(name)
            self.draw.shuffle(self.rows[name])

    def _refer(self, reference: Reference) -> None:
        """Point each row of a child table to a parent: one that is there, or one added for a value set on purpose."""
        parents = [row.cells[reference.target] for row in self.rows[reference.parent]]
        known = set(parents)
        for row in self.rows[reference.child]:
            value = row.cells[reference.source]
            if value is None or value in known or reference.source in row.lost:
                continue
            if self.draw.random() < self.orphans:
                row.lost.add(reference.source)
            elif reference.source in row.held or not parents:
                self._add_parent(reference, value)
                known.add(value)
            elif not self._nulled(reference, row):
                row.cells[reference.source] = parents[int(len(parents) * self.draw.random() ** 2)]

    def _nulled(self, reference: Reference, row: DraftRow) -> bool:
        if reference.source in self.pool.tables[reference.child].nullable and self.draw.random() < self.nulls:
            row.cells[reference.source] = None
            return True
        return False

    def _add_parent(self, reference: Reference, value: Any) -> None:
        row = self.new_row(reference.parent)
        row.cells[reference.target] = value
        row.held.add(reference.target)
        self.renew_keys(reference.parent, row)

    def _keep_keys(self, name: str) -> None:
        """Drop rows whose key another row has; a row with cells set on purpose goes before others."""
        ordered = sorted(self.rows[name], key=lambda row: not row.held)
        for key in self.pool.tables[name].keys:
            seen: set[tuple[Any, ...]] = set()
            kept: list[DraftRow] = []
            for row in ordered:
                values = tuple(row.cells[place] for place in key)
                if None not in values and values not in seen:
                    seen.add(values)
                    kept.append(row)
            ordered = kept
        self.rows[name] = ordered

    def shake(self, names: Collection[str], *, share: float, spread: float) -> None:
        """Change cells that are in no key and refer to nothing: to a near value, to another's, or to NULL."""
        referring = {(ref.child, ref.source) for ref in self.pool.references}
        for name in names:
            pooled = self.pool.tables[name]
            held = {place for key in pooled.keys for place in key}
            free = [p for p in range(len(pooled.table.columns)) if p not in held and (name, p) not in referring]
            narrow = {
                place: self.draw.sample(pooled.domains[place], min(3, len(pooled.domains[place]))) for place in free
            }
            for row in self.rows[name]:
                for place in free:
                    if place not in row.held:
                        row.cells[place] = self._shaken(row.cells[place], narrow[place], share, spread)
                        if place in pooled.nullable and self.draw.random() < self.nulls:
                            row.cells[place] = None

    def _shaken(self, cell: Any, narrow: list[Any], share: float, spread: float) -> Any:
        if narrow and self.draw.random() < share:
            return self.draw.choice(narrow)
        if not is_word(cell) and self.draw.random() < spread:
            return shifted(cell, self.draw.choice((-1, 1)))
        return cell
