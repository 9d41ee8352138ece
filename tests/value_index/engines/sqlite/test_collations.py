"""A collation of another program is stood in for, in the order that the indexes keep, and said."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from value_index.database import Database
from value_index.engines.sqlite.database import SQLiteDatabase


def folded(left: str, right: str) -> int:
    return (left.lower() > right.lower()) - (left.lower() < right.lower())


def by_letter(left: str, right: str) -> int:
    return (left > right) - (left < right)


def by_length(left: str, right: str) -> int:
    return (len(left) > len(right)) - (len(left) < len(right)) or by_letter(left, right)


def cards(path: Path, compare: Callable[[str, str], int]) -> Database:
    connection = sqlite3.connect(path)
    connection.create_collation("unicase", compare)
    connection.executescript(
        "CREATE TABLE deck (id INTEGER PRIMARY KEY, name TEXT NOT NULL COLLATE unicase);"
        "CREATE INDEX deck_name ON deck (name); CREATE INDEX backwards ON deck (name DESC);"
        "CREATE VIEW sorted AS SELECT name FROM deck ORDER BY name COLLATE unicase;"
        "INSERT INTO deck (name) VALUES ('spanish'), ('Maths'), ('algebra I'), ('Zoology II')"
    )
    connection.close()
    return SQLiteDatabase.open(path)


@pytest.mark.parametrize(
    ("compare", "said"), [(folded, "without case"), (by_letter, "letter by letter"), (by_length, "may be missed")]
)
def test_a_stand_in_is_chosen_and_said(tmp_path: Path, compare: Callable[[str, str], int], said: str) -> None:
    database = cards(tmp_path / "cards.sqlite", compare)
    assert len(database.notes) == 1 and said in database.notes[0]
    assert database.execute("SELECT count(*) FROM deck").rows == ((4,),)
    if compare is not by_length:
        for name in ("spanish", "Maths", "algebra I", "Zoology II"):
            assert database.execute(f"SELECT name FROM deck WHERE name = '{name}'").rows == ((name,),)
    if compare is folded:
        assert [row[0] for row in database.execute("SELECT name FROM sorted").rows] == [
            "algebra I", "Maths", "spanish", "Zoology II",
        ]  # fmt: skip


def test_collations_of_sqlite_are_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    connection = sqlite3.connect(path)
    connection.executescript(
        "CREATE TABLE t (x TEXT COLLATE NOCASE, y TEXT COLLATE rtrim); INSERT INTO t VALUES ('A', 'b ')"
    )
    connection.close()
    database = SQLiteDatabase.open(path)
    assert database.notes == ()
    assert database.execute("SELECT 1 FROM t WHERE x = 'a' AND y = 'b'").rows == ((1,),)
