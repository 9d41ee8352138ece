"""Definitions in words, over a toy farm: rows of a table, figures, and what builds on both."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from nodes.knowledge.defined.bounds import bound_in
from nodes.knowledge.defined.figures import figure_of
from nodes.knowledge.defined.groups import group_of
from nodes.knowledge.defined.known import with_defined
from nodes.knowledge.defined.reader import Reader
from nodes.knowledge.plain_words import condition_of
from value_index.engines.sqlite.database import SQLiteDatabase
from value_index.knowledge.store import Definition, Knowledge

FARM = """
CREATE TABLE owner (owner_id INTEGER PRIMARY KEY, name TEXT, born INTEGER);
CREATE TABLE field (
  field_id INTEGER PRIMARY KEY, name TEXT, hectares NUMERIC, owner_id INTEGER REFERENCES owner (owner_id), drained_on DATE
);
CREATE TABLE harvest (
  harvest_id INTEGER PRIMARY KEY, field_id INTEGER REFERENCES field (field_id), crop TEXT, tonnes NUMERIC, price_per_tonne NUMERIC
);
INSERT INTO owner VALUES (1, 'Ada', 1950), (2, 'Bo', 1990);
INSERT INTO field VALUES (1, 'North', 4.5, 1, '2001-05-01'), (2, 'River', 2, NULL, NULL), (3, 'Hill', 4, 1, '2020-01-01');
INSERT INTO harvest VALUES (1, 1, 'wheat', 30, 200), (2, 1, 'rye', 10, 100), (3, 2, 'wheat', 9, 210), (4, 3, 'failed', 0, 0);
"""
DEFINED = {
    "Lost Harvest": "a harvest whose crop is failed",
    "Takings": "the sum of tonnes times price per tonne",
    "Loss Rate": "failed harvests divided by all harvests",
    "Yield": "the sum of tonnes divided by the sum of hectares",
    "Busy Field": "a field with at least two harvests",
    "Rich Field": "a Busy Field whose Takings are over 5 thousand",
}


@pytest.fixture
def database(tmp_path: Path) -> SQLiteDatabase:
    path = tmp_path / "farm.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(FARM)
    return SQLiteDatabase.open(path)


@pytest.fixture
def reader(database: SQLiteDatabase) -> Reader:
    told = tuple(Definition(name=name, text=text, meaning=text) for name, text in DEFINED.items())
    return Reader(database.schema, Knowledge(definitions=told))


@pytest.mark.parametrize(("words", "keys"), [
    ("a field of more than 3 hectares", [1, 3]),
    ("fields drained before 2010-01-01", [1]),
    ("a field without an owner", [2]),
    ("a field that has at least two harvests", [1]),
    ("a field with 2 or more harvests", [1]),
    ("Rich Field", [1]),
    ("a Busy Field with a Takings of at least 7000", [1]),
    ("a field with a Loss Rate of at least 0.5", [3]),
    ("a field whose name is not North", [2, 3]),
    ("a field whose name is North or Hill and which was drained after 2010-01-01", [3]),
    ("an owner born in 1980 or later", [2]),
    ("an owner with at least 2 fields", [1]),
    ("an owner with a Takings of at least 5000", [1]),
])  # fmt: skip
def test_rows_of_a_table(database: SQLiteDatabase, reader: Reader, words: str, keys: list[int]) -> None:
    group = group_of(words, reader)
    assert group, words
    sql = f"SELECT {group.table}_id FROM {group.table} WHERE {group.condition} ORDER BY 1"
    assert [row[0] for row in database.execute(sql).rows] == keys


@pytest.mark.parametrize(("words", "value"), [
    ("the number of harvests", 4),
    ("the average of tonnes", 12.25),
    ("Takings", 8890),
    ("the sum of the tonnes of Lost Harvests", 0),
    ("Loss Rate", 0.25),
    ("tonnes times price per tonne summed over Lost Harvests", 0),
])  # fmt: skip
def test_figures(database: SQLiteDatabase, reader: Reader, words: str, value: float) -> None:
    figure = figure_of(words, reader)
    assert figure and figure.aggregated, words
    assert database.execute(f"SELECT {figure.sql} FROM {figure.tables[0]}").rows[0][0] == value


@pytest.mark.parametrize("words", [
    "a field in the rain", "a field with at least 3 tractors", "a cow with two horns", "the sum of all fears", "", "Rich Field divided by zero",
    "a field whose name and crop lie together",
])  # fmt: skip
def test_what_the_schema_does_not_bear_out_is_no_rows(reader: Reader, words: str) -> None:
    assert group_of(words, reader) is None and figure_of(words, reader) is None


def test_a_definition_that_leads_back_to_itself_is_none(database: SQLiteDatabase) -> None:
    told = (
        Definition(name="Egg", text="", meaning="a Hen with a field"),
        Definition(name="Hen", text="", meaning="an Egg"),
    )
    assert group_of("a Hen", Reader(database.schema, Knowledge(definitions=told))) is None


def test_definitions_become_terms_and_metrics(database: SQLiteDatabase, reader: Reader) -> None:
    known = with_defined(reader.knowledge, database.schema)
    assert {each.name for each in known.terms} == {"Lost Harvest", "Busy Field", "Rich Field"}
    assert {each.name for each in known.metrics} == {"Takings", "Loss Rate", "Yield"}


def test_bounds() -> None:
    assert bound_in("over 15 percent of them") == ("", ">", "0.15", "of them")
    assert bound_in("three stars or fewer") == ("", "<=", "3", "stars")
    assert bound_in("80 points or higher") == ("", ">=", "80", "points")
    assert bound_in("no number") is None


@pytest.mark.parametrize(
    ("said", "operator"),
    [("up to", "<="), ("no fewer than", ">="), ("fewer than", "<"), ("at least", ">="), ("is over", ">")],
)
def test_bounds_are_said_alike_in_conditions_and_in_texts(said: str, operator: str, database: SQLiteDatabase) -> None:
    assert bound_in(f"{said} 5") == ("is" if said == "is over" else "", operator, "5", "")
    found = condition_of(f"hectares {said} 5", database.schema)
    assert found == ("field", f'"field"."hectares" {operator} 5')
