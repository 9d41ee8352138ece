"""Each failure mode corrupts a gold plan in its own way, and the same seed in the same way."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from random import Random
from typing import get_args

import pytest

from eval.ablation.corruptions import CorruptionInput, FailureMode, corrupt
from nodes.sql.to_plan import to_plan
from tests.nodes.sql.regatta import open_regatta
from value_index.database import Database
from value_index.engines.sqlite.database import SQLiteDatabase

BEFORE = "SELECT label FROM boat WHERE length > 7 AND label != 'Luz'"
GOLD = "SELECT label FROM boat WHERE length > 7 AND label = 'Aurora'"

EXPECTED = {
    "filter_amnesia": {"SELECT label FROM boat WHERE label = 'Aurora'"},
    "history_misalignment": {
        "SELECT label FROM boat WHERE length > 7 AND label = 'Aurora' AND label != 'Luz'",
    },
    "value_grounding": {
        "SELECT label FROM boat WHERE length > 7 AND label = 'Luz'",
        "SELECT label FROM boat WHERE length > 7 AND label = 'Petrel'",
    },
    "projection_drift": {
        f"SELECT {column} FROM boat WHERE length > 7 AND label = 'Aurora'"
        for column in ("boat_id", "maker_id", "length")
    },
    "duplicates": {"SELECT DISTINCT label FROM boat WHERE length > 7 AND label = 'Aurora'"},
}


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return open_regatta(tmp_path)


def corrupted(
    mode: FailureMode, gold: str, database: Database, before: str | None = BEFORE, seed: int = 0
) -> str | None:
    plans = [to_plan(sql, database.schema) if sql else None for sql in (gold, before)]
    assert plans[0] is not None
    return corrupt(mode, CorruptionInput(plans[0], plans[1], database), Random(seed))


@pytest.mark.parametrize("mode", list(EXPECTED))
def test_a_mode_spoils_what_it_is_named_for(mode: FailureMode, database: Database) -> None:
    assert {corrupted(mode, GOLD, database, seed=seed) for seed in range(40)} == EXPECTED[mode]


def test_a_fan_out_joins_a_table_from_many(database: Database) -> None:
    sql = corrupted("join_fan_out", "SELECT avg(length) FROM boat", database)
    assert sql is not None
    assert "JOIN" in sql
    assert database.execute(sql).rows != database.execute("SELECT avg(length) FROM boat").rows


def test_a_broken_grammar_does_not_run(database: Database) -> None:
    texts = {corrupted("syntax", GOLD, database, seed=seed) for seed in range(20)}
    assert len(texts) == 3
    assert all(sql and not database.check(sql).ok for sql in texts)


def test_nothing_is_forgotten_at_the_start(database: Database) -> None:
    assert corrupted("filter_amnesia", GOLD, database, before=None) is None
    assert corrupted("history_misalignment", GOLD, database, before=None) is None


def test_a_column_is_taken_from_a_table_that_has_one_like_it(tmp_path: Path) -> None:
    path = tmp_path / "crew.sqlite"
    with sqlite3.connect(path) as connection:
        connection.executescript(
            "CREATE TABLE club (club_id INTEGER PRIMARY KEY, name TEXT);"
            "CREATE TABLE sailor (sailor_id INTEGER PRIMARY KEY, name TEXT, club_id INTEGER REFERENCES club);"
        )
    connection.close()
    sql = corrupted("table_misattribution", "SELECT name FROM sailor", SQLiteDatabase.open(path), before=None)
    assert sql == "SELECT T2.name FROM sailor AS T1 JOIN club AS T2 ON T1.club_id = T2.club_id"


def test_without_such_a_table_there_is_no_place(database: Database) -> None:
    assert corrupted("table_misattribution", GOLD, database) is None


@pytest.mark.parametrize("mode", get_args(FailureMode))
def test_the_seed_decides(mode: FailureMode, database: Database) -> None:
    assert corrupted(mode, GOLD, database, seed=3) == corrupted(mode, GOLD, database, seed=3)
