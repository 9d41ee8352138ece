"""Copies: small mutated databases, drawn by seed, each written twice: as drawn, and with its rows the other way round."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Literal

from eval.scoring.suite.draft import Draft
from eval.scoring.suite.planting import Planting, conditions
from eval.scoring.suite.pool import Pool
from nodes.plan import Plan
from nodes.plan.traversal import blocks, table_names
from value_index.engines.sqlite.reflection import quoted

CopyKind = Literal["near misses", "nulls", "ties", "few rows", "orphans"]


@dataclass(frozen=True)
class Recipe:
    """How one kind of copy is drawn; shares are between 0 and 1."""

    kind: CopyKind
    rows: int
    """The rows of each table that the query reads, before others are planted."""
    planted: float
    """How many of a block's conditions are violated by rows that fulfil the others."""
    narrow: float = 0.0
    """Cells that take one of three values."""
    spread: float = 0.2
    """Cells moved by one."""
    nulls: float = 0.0
    alone: float = 0.25
    """How often one near miss is all that is planted for a block: where one row makes the answer, more would hide it."""
    orphans: float = 0.0
    """References to nothing. SQLite lets them be, and databases in use have them."""


RECIPES = (
    Recipe("near misses", rows=6, planted=1.0),
    Recipe("near misses", rows=12, planted=0.7, spread=0.5),
    Recipe("nulls", rows=8, planted=0.7, nulls=0.2),
    Recipe("ties", rows=10, planted=0.5, narrow=0.5),
    Recipe("few rows", rows=2, planted=0.4, spread=0.5),
    Recipe("near misses", rows=20, planted=0.3, narrow=0.1, spread=0.6),
    Recipe("nulls", rows=3, planted=0.7, alone=0.5, nulls=0.4),
    Recipe("orphans", rows=3, planted=0.7, alone=0.6, orphans=0.5),
    Recipe("orphans", rows=1, planted=0.7, alone=0.8, orphans=0.5),
)
OTHER_ROWS = 4
"""Rows of a table that the query does not read."""


def draw_copy(pool: Pool, plan: Plan, recipe: Recipe, seed: str) -> Draft:
    """Draw the rows of a copy for a query; the same seed gives the same rows."""
    draw = Random(seed)
    draft = Draft(pool, draw, nulls=recipe.nulls, orphans=recipe.orphans)
    read = [name.lower() for name in table_names(plan) if name.lower() in pool.tables]
    for name in pool.tables:
        draft.fill(name, draw.randint(0, recipe.rows) if name in read else OTHER_ROWS)
    for block in reversed(tuple(blocks(plan))):
        for violated in _violations(len(conditions(block)), recipe, draw):
            Planting(draft, block).plant(violated)
    draft.shake(read, share=recipe.narrow, spread=recipe.spread)
    for name in read:
        _repeat(draft, name)
    draft.settle()
    return draft


def write_copy(draft: Draft, path: Path, *, backwards: bool = False) -> None:
    """Write a draft as a SQLite file; without keys, so that rows keep the order in which they are written."""
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("BEGIN")
        for name, rows in draft.rows.items():
            table = draft.pool.tables[name].table
            declared = ", ".join(f"{quoted(column.name)} {column.declared_type}" for column in table.columns)
            connection.execute(f"CREATE TABLE {quoted(table.name)} ({declared})")
            marks = ", ".join("?" * len(table.columns))
            cells: Sequence[list[object]] = [row.cells for row in (reversed(rows) if backwards else rows)]
            connection.executemany(f"INSERT INTO {quoted(table.name)} VALUES ({marks})", cells)
        for view in draft.pool.views:
            connection.execute(view)
        connection.execute("COMMIT")
    finally:
        connection.close()


def _violations(conditions: int, recipe: Recipe, draw: Random) -> list[int | None]:
    """Choose what to plant: rows that fulfil every condition (None) and rows that miss the one of an index."""
    if conditions and draw.random() < recipe.alone:
        return [draw.randrange(conditions)]
    return [None, None, *(index for index in range(conditions) if draw.random() < recipe.planted)]


def _repeat(draft: Draft, name: str) -> None:
    """Add rows that agree with others in all but their keys."""
    rows = draft.rows[name]
    for row in draft.draw.sample(rows, len(rows) // 5 or draft.draw.randint(0, min(1, len(rows)))):
        again = draft.new_row(name)
        again.cells[:] = row.cells
        draft.renew_keys(name, again)
