"""What a user wants to see, put into a plan."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Literal

import pytest

from nodes.knowledge.defined.reader import Reader
from nodes.knowledge.wanted import as_wanted, names_rows, with_order, with_shown
from nodes.sql.from_plan import from_plan
from nodes.sql.to_plan import to_plan
from nodes.state import Asked
from value_index.engines.sqlite.database import SQLiteDatabase
from value_index.knowledge.store import Knowledge

GROUPED = "SELECT count(*) FROM field GROUP BY owner_id"


@pytest.fixture
def reader(tmp_path: Path) -> Reader:
    from tests.nodes.knowledge.test_defined import FARM

    connection = sqlite3.connect(tmp_path / "farm.sqlite")
    connection.executescript(FARM)
    connection.close()
    return Reader(SQLiteDatabase.open(tmp_path / "farm.sqlite").schema, Knowledge())


@pytest.mark.parametrize(("sql", "words", "changed"), [
    ("SELECT * FROM field", "I want to see field id, name.", "SELECT field_id, name FROM field"),
    ("SELECT name FROM owner", "Please show the name and the year born", "SELECT name, born FROM owner"),
    ("SELECT name FROM field", "Show the name of the owner and the hectares",
     "SELECT T2.name, T1.hectares FROM field AS T1 JOIN owner AS T2 ON T1.owner_id = T2.owner_id"),
    ("SELECT owner_id FROM field", "I want to see owner id, the number of rows.", "SELECT owner_id, count(*) FROM field GROUP BY owner_id"),
    (GROUPED, "I want one line for each owner name.",
     "SELECT T2.name, count(*) FROM field AS T1 JOIN owner AS T2 ON T1.owner_id = T2.owner_id GROUP BY T2.name"),
    ("SELECT name FROM field", "Sorry, I can not answer that.", "SELECT name FROM field"),
])  # fmt: skip
def test_columns_that_are_wanted(reader: Reader, sql: str, words: str, changed: str) -> None:
    plan = with_shown(to_plan(sql, reader.schema), words, reader)
    assert from_plan(plan, reader.schema) == changed


def test_the_columns_that_were_told_stay_when_a_group_is_told(reader: Reader) -> None:
    told = (
        Asked(question="", reply="I want one line for each owner id, name."),
        Asked(question="", clause="columns", reply="I want to see name, the number of rows."),
        Asked(question="", clause="order", reply="Please sort it by fields with the highest first, name."),
    )
    plan = as_wanted(to_plan(GROUPED.replace("field", "owner"), reader.schema), told, reader)
    assert from_plan(plan, reader.schema) == (
        "SELECT name, count(*) FROM owner GROUP BY owner_id, name ORDER BY count(*) DESC, name"
    )


def test_a_single_row_goes_where_an_order_is_told(reader: Reader) -> None:
    plan = to_plan("SELECT name FROM field ORDER BY name LIMIT 1", reader.schema)
    changed = with_order(plan, "Sorted by hectares, largest first", reader)
    assert from_plan(changed, reader.schema) == "SELECT name FROM field ORDER BY hectares DESC"
    assert with_order(plan, "I do not mind", reader) == plan


def test_a_time_that_groups_is_sorted_by_its_name(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "trips.sqlite")) as connection:
        connection.executescript("CREATE TABLE trip (trip_id INTEGER PRIMARY KEY, began_on DATE, fare REAL)")
    reader = Reader(SQLiteDatabase.open(tmp_path / "trips.sqlite").schema, Knowledge())
    months = "SELECT strftime('%Y-%m', began_on), sum(fare) FROM trip GROUP BY strftime('%Y-%m', began_on)"
    changed = with_order(to_plan(months, reader.schema), "Sorted by month.", reader)
    assert from_plan(changed, reader.schema) == f"{months} ORDER BY strftime('%Y-%m', began_on)"


def test_words_that_say_which_rows_are_wanted_choose_no_reading() -> None:
    assert names_rows("I only want those where body is not known.") and names_rows("one line for each city")
    assert not names_rows("The first one.")


@pytest.mark.parametrize(("clause", "reply", "sql"), [
    ("limit", "The five first, please.", "SELECT name FROM field ORDER BY hectares LIMIT 5"),
    ("limit", "All of them.", "SELECT name FROM field ORDER BY hectares LIMIT 1"),
    ("", "I only want those where owner id is not known.", "SELECT name FROM field WHERE owner_id IS NULL ORDER BY hectares LIMIT 1"),
    ("", "I only want those where the moon is full.", "SELECT name FROM field ORDER BY hectares LIMIT 1"),
])  # fmt: skip
def test_rows_that_are_wanted(reader: Reader, clause: Literal["", "limit"], reply: str, sql: str) -> None:
    plan = to_plan("SELECT name FROM field ORDER BY hectares LIMIT 1", reader.schema)
    told = (Asked(question="", clause=clause, reply=reply),)
    assert from_plan(as_wanted(plan, told, reader), reader.schema) == sql


def test_rows_that_a_condition_counts_are_counted(reader: Reader) -> None:
    sub = "SELECT field.field_id FROM field JOIN harvest ON harvest.field_id = field.field_id WHERE harvest.crop = 'rye' GROUP BY field.field_id HAVING count(*) > 1"
    plan = to_plan(f"SELECT name FROM field WHERE field_id IN ({sub})", reader.schema)
    told = (
        Asked(question="", clause="columns", reply="Show the name and the number of rows"),
        Asked(question="", reply="I want one line for each field id, name."),
    )
    assert from_plan(as_wanted(plan, told, reader), reader.schema) == (
        "SELECT T1.name, count(*) FROM field AS T1 JOIN harvest AS T2 ON T2.field_id = T1.field_id WHERE T2.crop = 'rye' "
        "GROUP BY T1.field_id, T1.name HAVING count(*) > 1"
    )
