"""Counterexample copies of a server's database: predictions that its own rows do not tell from the gold."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from eval.scoring.suite.suites import Suites
from tests.databases.mysql.copies import copy_to_mysql
from tests.databases.mysql.server import Server
from tests.nodes.sql.test_duckdb import SHOP
from value_index.connect import connect
from value_index.engines.sqlite.database import SQLiteDatabase

pytestmark = pytest.mark.databases
GOLD = "SELECT `name` FROM item WHERE stock > 2 AND year(day) = 2020"


@pytest.mark.parametrize(
    ("sql", "holds"),
    [
        ("SELECT T1.name FROM item AS T1 WHERE NOT T1.stock <= 2 AND 2020 = year(T1.day)", True),
        ("SELECT name FROM item WHERE stock > 3 AND year(day) = 2020", False),
        ("SELECT name FROM item WHERE year(day) = 2020 AND stock DIV 1 > 2", True),
        ("SELECT DISTINCT name FROM item WHERE stock > 2 AND year(day) = 2020", False),
    ],
)
def test_copies_tell_what_the_rows_do_not(server: Server, tmp_path: Path, sql: str, holds: bool) -> None:
    path = tmp_path / "shop.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(SHOP)
    server.run("DROP DATABASE IF EXISTS told")
    database = connect([copy_to_mysql(server, SQLiteDatabase.open(path), "told")])
    assert database.execute(GOLD).rows == database.execute(sql).rows
    suites = Suites()
    verdict = suites.judge(database, GOLD, sql, True)
    assert (verdict.holds, verdict.shown_by != "untested") == (holds, True), verdict
    suites.close()
    database.close()
