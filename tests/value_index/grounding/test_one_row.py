"""Names over two columns, names to the letter, and the values of views that nobody speaks of."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from nodes.turn_analysis import TurnAnalysis
from value_index.engines.sqlite.database import SQLiteDatabase
from value_index.index import ValueIndex
from value_index.matches import ValueMatch

SCRIPT = """
CREATE TABLE nation (id INTEGER PRIMARY KEY, name TEXT);
INSERT INTO nation VALUES (1, 'Italy'), (2, 'Spain'), (3, 'France'), (4, 'Norway');
CREATE TABLE tongue (id INTEGER PRIMARY KEY, name TEXT);
INSERT INTO tongue VALUES (1, 'Italian'), (2, 'French'), (3, 'German'), (4, 'English'), (5, 'Japanese');
CREATE TABLE harbour (id INTEGER PRIMARY KEY, label TEXT, nation_id INT REFERENCES nation (id));
INSERT INTO harbour VALUES (1, 'Northquay', 1), (2, 'Saltmouth', 2);
CREATE TABLE pilot (id INTEGER PRIMARY KEY, given_name TEXT, family_name TEXT);
INSERT INTO pilot VALUES (1, 'MARTA', 'VENN'), (2, 'OLE', 'QUIST');
CREATE TABLE trainee (id INTEGER PRIMARY KEY, given_name TEXT, family_name TEXT);
INSERT INTO trainee VALUES (1, 'MARTA', 'LUND'), (2, 'IDA', 'HOLM');
CREATE VIEW pilot_sheet AS SELECT id, given_name || ' ' || family_name AS name FROM pilot;
"""


@pytest.fixture
def index(tmp_path: Path) -> ValueIndex:
    path = tmp_path / "port.sqlite"
    with sqlite3.connect(path) as connection:
        connection.executescript(SCRIPT)
    connection.close()
    return ValueIndex.build(SQLiteDatabase.open(path))


def matches(index: ValueIndex, text: str) -> tuple[ValueMatch, ...]:
    return TurnAnalysis(index.database.schema, index, text, ()).matches


def best(found: tuple[ValueMatch, ...]) -> dict[str, tuple[str, object]]:
    """Return the column and value of the best match of each mention."""
    return {match.mention: (str(match.column), match.value) for match in reversed(found)}


def test_a_view_that_nobody_names_takes_no_words_from_the_tables(index: ValueIndex) -> None:
    found = best(matches(index, "Which harbours did MARTA VENN visit?"))
    assert found == {"MARTA": ("pilot.given_name", "MARTA"), "VENN": ("pilot.family_name", "VENN")}


def test_first_and_last_name_are_those_of_one_table(index: ValueIndex) -> None:
    found = matches(index, "Which harbours did MARTA LUND visit?")
    assert best(found)["MARTA"] == ("trainee.given_name", "MARTA")
    of_one = [match for match in found if match.mention == "MARTA"]
    assert [match.score for match in of_one] == sorted((match.score for match in of_one), reverse=True)
    assert of_one[0].margin == pytest.approx(of_one[0].score - of_one[1].score, abs=1e-3)


def test_a_value_to_the_letter_stands_before_another_name(index: ValueIndex) -> None:
    found = matches(index, "Which harbours are in Italy?")
    assert best(found)["Italy"] == ("nation.name", "Italy")
    assert found[0].score >= 0.5
