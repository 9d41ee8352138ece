"""The audit of golds: one case a flag, and what must not be flagged."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from eval.scoring.gold_audit import Flag, read_gold
from eval.scoring.verdicts import Executions
from value_index.database import Database
from value_index.engines.sqlite.database import SQLiteDatabase

ROWS = [(1, "a", 5, "9"), (2, "b", 5, "10"), (3, "c", 7, "null"), (4, "d", None, "11")]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Database:
    path: Path = tmp_path_factory.mktemp("audit") / "shop.sqlite"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT, size INTEGER, weight TEXT)")
    connection.executemany("INSERT INTO item VALUES (?, ?, ?, ?)", ROWS)
    connection.executemany("INSERT INTO item VALUES (?, 'e', 8, ?)", [(n, str(n)) for n in range(20, 30)])
    connection.commit()
    connection.close()
    return SQLiteDatabase.open(path)


@pytest.mark.parametrize(
    ("sql", "flags"),
    [
        ("SELECT name FROM item", ()),
        ("SELECT nothing FROM item", ("does_not_run",)),
        ("SELECT name FROM item WHERE id > 99", ("empty",)),
        ("SELECT name FROM item WHERE date(name) < date('now')", ("empty", "clock")),
        ("SELECT strftime('%Y', name) FROM item", ()),
        ("SELECT strftime('%Y', 'now') FROM item", ("clock",)),
        ("SELECT name FROM item WHERE size > 4 ORDER BY size LIMIT 1", ("tie_cut_by_limit",)),
        ("SELECT name FROM item WHERE size > 4 ORDER BY size LIMIT 2", ()),
        ("SELECT size FROM item WHERE size > 4 ORDER BY size LIMIT 1", ()),
        ("SELECT name FROM item LIMIT 2", ("tie_cut_by_limit",)),
        ("SELECT name FROM item LIMIT 99", ()),
        (
            "SELECT name FROM item WHERE id IN (SELECT id FROM item WHERE size > 4 ORDER BY size LIMIT 1)",
            ("tie_cut_by_limit",),
        ),
        ("SELECT name FROM item GROUP BY name ORDER BY count(*) LIMIT 1", ("tie_cut_by_limit",)),
        ("SELECT DISTINCT size FROM item WHERE size > 4 ORDER BY size LIMIT 1", ()),
        ("SELECT name FROM item ORDER BY size", ("null_order",)),
        ("SELECT name FROM item ORDER BY id, size", ()),
        ("SELECT name FROM item ORDER BY weight", ("number_as_text",)),
        ("SELECT max(weight) FROM item", ("number_as_text",)),
        ("SELECT name FROM item WHERE weight > 9", ("number_as_text",)),
        ("SELECT name FROM item WHERE weight = '9'", ()),
        ("SELECT max(CAST(weight AS INTEGER)) FROM item", ()),
    ],
)
def test_each_flag(shop: Database, sql: str, flags: tuple[Flag, ...]) -> None:
    assert read_gold(Executions(), shop, sql).flags == flags


def test_a_gold_that_is_no_plan_is_counted_apart(shop: Database) -> None:
    reading = read_gold(Executions(), shop, "SELECT rank() OVER (ORDER BY size) FROM item")
    assert (reading.flags, reading.unread) == ((), True)
