"""Suites: whether a prediction that the database calls right stays right on mutated copies of it."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal, NamedTuple

from cachetools import LRUCache

from eval.gold.outputs import parsed
from eval.scoring.suite.copies import CopyKind
from eval.scoring.suite.in_sqlite import in_sqlite
from eval.scoring.suite.pool import Pool
from eval.scoring.suite.suite import (
    Gold,
    Suite,
    make_suite,
    usable_copies,
)
from nodes.plan import Plan
from nodes.sql.from_plan import from_plan
from value_index.database import Database

KEPT_SUITES = 8
"""Suites whose files are kept, for further predictions on the same gold."""
PREDICTION_COPIES = 18
"""Drawn for the constants of a prediction that the gold's own copies do not tell from it."""


class SuiteVerdict(NamedTuple):
    """What the copies say of one prediction."""

    holds: bool | None
    """The value verdict, false also where a copy tells the prediction from the gold; None if there is no verdict."""
    shown_by: CopyKind | Literal["untested"] | None = None
    """The kind of the copy that told them apart; `untested` where the value verdict stands for want of a copy."""


class _KeptSuites(LRUCache[tuple[str, str], Suite]):
    """The suites used last; the files of one that is given up are deleted."""

    def popitem(self) -> tuple[tuple[str, str], Suite]:
        key, suite = super().popitem()
        suite.close()
        return key, suite


class Suites:
    """Judges predictions on copies, which are made by seed in a folder that is deleted in the end."""

    def __init__(self) -> None:
        self._pools: dict[str, Pool] = {}
        self._suites = _KeptSuites(KEPT_SUITES)

    def judge(self, database: Database, gold_sql: str, sql: str, value: bool | None) -> SuiteVerdict:
        """Judge a prediction; copies are only asked where it has the gold's value on the database itself.

        Untested is one whose gold is no plan, or has no usable copy (its answer hangs on chance).

        Args:
            value: the value verdict on the database itself.
        """
        if not value:
            return SuiteVerdict(holds=value)
        plan = parsed(gold_sql, database.schema)
        if plan is None:
            return SuiteVerdict(holds=True, shown_by="untested")
        predicted = parsed(sql, database.schema)
        if predicted == plan:
            return SuiteVerdict(holds=True)
        if database.schema.dialect != "sqlite":  # the copies are SQLite files
            if predicted is None:
                return SuiteVerdict(holds=True, shown_by="untested")
            schema = in_sqlite(database.schema)
            gold_sql, sql = from_plan(plan, schema), from_plan(predicted, schema)
        suite = self._suite(database, gold_sql, plan)
        if not suite.copies:
            return SuiteVerdict(holds=True, shown_by="untested")
        kind = suite.told_apart(sql)
        if kind in (None, "orphans") and predicted is not None:
            kind = self._search(database, Gold(gold_sql, plan), predicted, sql) or kind
        return SuiteVerdict(holds=kind is None, shown_by=kind)

    def close(self) -> None:
        """Delete every copy."""
        while self._suites:
            self._suites.popitem()

    def _suite(self, database: Database, gold_sql: str, plan: Plan) -> Suite:
        key = (database.address, gold_sql)
        if key not in self._suites:
            self._suites[key] = make_suite(self._pool(database), gold_sql, plan)
        return self._suites[key]

    def _search(self, database: Database, gold: Gold, predicted: Plan, sql: str) -> CopyKind | None:
        """Look for a copy, drawn for the prediction's own tables and constants, that tells it from the gold.

        Orphans are the last resort: a prediction may lean on foreign keys.
        """
        found: CopyKind | None = None
        with TemporaryDirectory(prefix="turnsql-suite-") as folder:
            for copy in usable_copies(self._pool(database), gold, predicted, Path(folder), PREDICTION_COPIES):
                if found is None or copy.kind != "orphans":
                    found = copy.kind if copy.differs(sql) else found
                copy.database.close()
                if found not in (None, "orphans"):
                    break
        return found

    def _pool(self, database: Database) -> Pool:
        if database.address not in self._pools:
            self._pools[database.address] = Pool.of(database)
        return self._pools[database.address]
