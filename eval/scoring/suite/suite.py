"""Suite: copies of a database on which a gold query is told from queries that the database itself calls equal to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from eval.scoring.suite.copies import (
    RECIPES,
    CopyKind,
    draw_copy,
    write_copy,
)
from eval.scoring.suite.neighbours import neighbours
from eval.scoring.suite.pool import Pool
from eval.scoring.suite.ties import tie_broken
from eval.scoring.verdicts import Executions
from eval.scoring.verdicts.ties import Ties, is_ordered, tie_groups
from eval.scoring.verdicts.value import value
from nodes.plan import Plan
from nodes.sql.parsing.parse import repair
from value_index.database import Database, Result
from value_index.engines.sqlite.database import SQLiteDatabase

MIN_COPIES = 18
MAX_COPIES = 45
"""Drawn for one query; fewer where its neighbours have all been told from it."""
DEADLINE_SECONDS = 2.0
MAX_ROWS = 20_000


@dataclass(frozen=True)
class Gold:
    """A gold query, as written and as read."""

    sql: str
    plan: Plan


@dataclass(frozen=True)
class Copy:
    """One copy, with what the gold gives on it."""

    kind: CopyKind
    database: Database
    gold_sql: str
    gold: Result

    def differs(self, sql: str) -> bool:
        """Whether a query gives another answer than the gold; never where chance could be to blame."""
        found = run(self.database, sql)
        if found.outcome == "truncated":
            return len(found.rows) > len(self.gold.rows)
        if found.outcome != "rows":
            return found.outcome == "error"
        return not self.agrees(found)

    def agrees(self, found: Result) -> bool:
        """Whether an answer is the gold's, or differs in an order that the gold leaves to chance."""
        compared = value(self.gold, found, self._ties())
        return compared.equal or compared.tie_flagged

    def _ties(self) -> Callable[[], Ties | None] | None:
        if not is_ordered(self.gold_sql):
            return None
        return lambda: tie_groups(Executions(), self.database, self.gold_sql, self.gold)


@dataclass(frozen=True)
class Suite:
    """The copies for one gold, those that keep its references first."""

    copies: tuple[Copy, ...]
    folder: TemporaryDirectory[str]

    def told_apart(self, sql: str) -> CopyKind | None:
        """Return the kind of the first copy on which a query differs from the gold."""
        return next((copy.kind for copy in self.copies if copy.differs(sql)), None)

    def close(self) -> None:
        """Delete the copies."""
        for copy in self.copies:
            copy.database.close()
        self.folder.cleanup()


def make_suite(pool: Pool, gold_sql: str, plan: Plan) -> Suite:
    """Draw copies until the gold's neighbours are all told from it, or enough were drawn.

    Args:
        plan: of the gold.
    """
    folder = TemporaryDirectory(prefix="turnsql-suite-")
    copies, alive = list[Copy](), list(neighbours(plan, pool.schema))
    for copy in usable_copies(pool, Gold(gold_sql, plan), plan, Path(folder.name), MAX_COPIES):
        copies.append(copy)
        alive = [sql for sql in alive if not copy.differs(sql)]
        if len(copies) >= MIN_COPIES and not alive:
            break
    copies.sort(key=lambda copy: copy.kind == "orphans")
    return Suite(tuple(copies), folder)


def usable_copies(pool: Pool, gold: Gold, drawn_for: Plan, folder: Path, most: int) -> Iterator[Copy]:
    """Yield copies on which the gold runs and chance cannot change its answer.

    Chance is the order in which rows lie, and a tie at a limit.

    Args:
        drawn_for: the query whose tables and constants the rows are drawn for: the gold, or a prediction.
        most: how many are drawn.
    """
    broken = tie_broken(gold.plan, pool.schema)
    for number in range(most):
        recipe = RECIPES[number % len(RECIPES)]
        draft = draw_copy(pool, drawn_for, recipe, f"{number}/{gold.sql}")
        path, twin = folder / f"{number}.sqlite", folder / f"{number}-back.sqlite"
        write_copy(draft, path)
        database = SQLiteDatabase(path, pool.schema)
        copy = Copy(recipe.kind, database, gold.sql, run(database, gold.sql))
        if copy.gold.outcome == "rows" and not any(copy.differs(sql) for sql in broken):
            write_copy(draft, twin, backwards=True)
            if _same_backwards(copy, twin, gold.sql):
                yield copy
                continue
        database.close()
        path.unlink()


def _same_backwards(copy: Copy, twin: Path, sql: str) -> bool:
    """Whether the gold gives the same answer where the rows lie the other way round."""
    database = SQLiteDatabase(twin, copy.database.schema)
    again = run(database, sql)
    database.close()
    twin.unlink()
    return again.outcome == "rows" and copy.agrees(again)


def run(database: Database, sql: str) -> Result:
    """Run a query on a copy."""
    return database.execute(repair(sql), deadline=DEADLINE_SECONDS, max_rows=MAX_ROWS)
