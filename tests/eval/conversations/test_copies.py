"""Turns that a database's own rows cannot tell apart: mutated copies can, when they are made and when they are judged."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.conversations.expectations import Answered, shortfall
from eval.conversations.make import make_suite
from eval.conversations.suite_file import SuiteFile, TurnSpec
from eval.demo.build import build
from eval.scoring.verdicts import Executions
from value_index.engines.sqlite.database import SQLiteDatabase

GOLD = "SELECT name FROM shop WHERE city = 'Leeds' AND size > 1"


@pytest.fixture
def shops(tmp_path: Path) -> SQLiteDatabase:
    import sqlite3

    path = tmp_path / "shops.sqlite"
    with sqlite3.connect(path) as made:
        made.execute("CREATE TABLE shop (id INTEGER PRIMARY KEY, name TEXT, city TEXT, size INTEGER)")
        rows = [(1, "North", "Leeds", 5), (2, "South", "Leeds", 7), (3, "East", "York", 2), (4, "West", "York", 1)]
        made.executemany("INSERT INTO shop VALUES (?, ?, ?, ?)", rows)
    made.close()
    return SQLiteDatabase.open(path)


def fault(database: SQLiteDatabase, sql: str, *, copies: bool) -> str | None:
    turn = TurnSpec(ask="Only the bigger ones.", sql=(GOLD,), copies=copies)
    return shortfall(turn, Answered(sql, database, Executions()))


def test_a_forgotten_filter_that_the_rows_hide_is_found_on_copies(shops: SQLiteDatabase) -> None:
    forgot = "SELECT name FROM shop WHERE city = 'Leeds'"
    assert fault(shops, forgot, copies=False) is None
    assert "by chance" in str(fault(shops, forgot, copies=True))
    assert fault(shops, GOLD.replace("size > 1", "1 < size"), copies=True) is None


def test_copies_want_sql() -> None:
    with pytest.raises(ValueError, match="copies"):
        TurnSpec(ask="Which?", columns=("name",), copies=True)


def test_few_turns_of_a_suite_need_copies_and_their_gold_holds_on_them() -> None:
    database = SQLiteDatabase.open(next(path for path in build() if path.stem == "air_network"))
    suite: SuiteFile = make_suite(database, turns=300, seed=0)
    turns = [turn for dialogue in suite.dialogues for turn in dialogue.turns if turn.copies]
    assert 0 < len(turns) <= 12
    for turn in turns:
        assert shortfall(turn, Answered(turn.sql[0], database, Executions())) is None
