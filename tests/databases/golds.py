"""Golds over databases copied into a server: the plan of each, written in the server's dialect, against the gold over SQLite."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from eval.datasets import load
from nodes.sql.errors import SQLError
from nodes.sql.from_plan import from_plan
from nodes.sql.to_plan import to_plan
from nodes.sql.violations import violations
from tests.databases.engine import Engine
from tests.nodes.sql.test_duckdb import rows
from value_index.connect import connect
from value_index.database import Database
from value_index.engines.sqlite.database import SQLiteDatabase


class Compared(NamedTuple):
    """What became of the golds that a plan holds and SQLite runs."""

    compared: int
    others: list[str]
    """What was written for those whose rows are not equal."""
    unwritten: list[str]
    """Golds that the engine has no words for."""

    @property
    def equal(self) -> int:
        """How many give the rows of SQLite."""
        return self.compared - len(self.others)


def compare_golds(engine: Engine, data: str | Path) -> Compared:
    """Compare the rows of every different gold; each text is read back to itself and is told no error."""
    dataset = load("cosql", Path(data), "dev")
    copies: dict[str, Database] = {}
    compared, others, unwritten = 0, list[str](), list[str]()
    for name, gold in sorted({(d.database_id, turn.query) for d in dataset.dialogues for turn in d.turns}):
        original = dataset.open_database(name)
        assert isinstance(original, SQLiteDatabase)
        try:
            plan = to_plan(gold, original.schema)
        except SQLError:
            continue
        if original.execute(gold).outcome != "rows":
            continue
        if name not in copies:
            copies[name] = connect([engine.copy(original, f"copy_{name.lower()}")])
        copy = copies[name]
        try:
            written = from_plan(plan, copy.schema)
        except SQLError:
            written = ""
        if not written or any(word in written for word in engine.lacks):
            unwritten.append(gold)
            continue
        assert from_plan(to_plan(written, copy.schema), copy.schema) == written
        assert not [v for v in violations(written, copy.schema) if v.severity == "error"], written
        compared += 1
        # An engine without a cast that may fail refuses texts among numbers, where the others take them for none.
        refused = bool(engine.lacks) and copy.execute(written).outcome == "error"
        if refused or sorted(rows(copy, written), key=repr) != sorted(rows(original, gold), key=repr):
            others.append(written)
    for copy in copies.values():
        copy.close()
    dataset.close()
    return Compared(compared, others, unwritten)
