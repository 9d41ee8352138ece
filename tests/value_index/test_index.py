"""ValueIndex: the value, the column and the provenance of a mention; silence where nothing is named."""

from __future__ import annotations

import sqlite3

import pytest

from value_index.engines.sqlite.database import SQLiteDatabase
from value_index.index import ValueIndex
from value_index.matches import ValueMatch
from value_index.schema import ColumnRef

SCRIPT = """
CREATE TABLE country (code TEXT PRIMARY KEY, name TEXT);
INSERT INTO country VALUES ('FR', 'France'), ('DE', 'Germany'), ('US', 'United States'), ('IT', 'Italy'), ('JP', 'Japan');
CREATE TABLE airline (id INTEGER PRIMARY KEY, name TEXT, country_code TEXT REFERENCES country (code), founded INT);
INSERT INTO airline VALUES (1, 'Air Azure', 'FR', 1933), (2, 'Rheinflug', 'DE', 1955), (3, 'Pacific Crown', 'US', 1971),
  (4, 'São Gabriel Air', 'IT', 2010), (5, 'Crane Airways', 'JP', 1999), (6, 'Rheinflug Cargo', 'DE', 2001);
CREATE TABLE crew (name TEXT, joined TEXT);
INSERT INTO crew VALUES ('Ann Lee', '2010-03-05'), ('Bo Berg', '2011-11-30');
CREATE TABLE flight (id INTEGER PRIMARY KEY, airline INT REFERENCES airline (id), status TEXT, note TEXT, raw BLOB);
INSERT INTO flight VALUES (1, 1, 'delayed', NULL, x'00'), (2, 2, 'cancelled', NULL, x'01'), (3, 3, 'on time', NULL, NULL);
"""


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> ValueIndex:
    path = tmp_path_factory.mktemp("index") / "air.sqlite"
    connection = sqlite3.connect(path)
    connection.executescript(SCRIPT)
    connection.execute("UPDATE flight SET note = ? WHERE id = 1", ("x" * 5000,))
    connection.commit()
    connection.close()
    return ValueIndex.build(SQLiteDatabase.open(path))


def first(index: ValueIndex, text: str) -> ValueMatch:
    return index.ground(text)[0]


@pytest.mark.parametrize(
    ("text", "column", "value", "kind"),
    [
        ("Which flights does Air Azure have?", "airline.name", "Air Azure", "exact"),
        ("flights of pacific crown", "airline.name", "Pacific Crown", "folded"),
        ("when was sao gabriel air founded", "airline.name", "São Gabriel Air", "folded"),
        ("the airline Rhienflug", "airline.name", "Rheinflug", "fuzzy"),
        ("show the delayed flights", "flight.status", "delayed", "exact"),
        ("crew who joined on March 5th, 2010", "crew.joined", "2010-03-05", "folded"),
        ("airlines founded after 1955", "airline.founded", 1955, "exact"),
    ],
)
def test_a_mention_is_grounded(index: ValueIndex, text: str, column: str, value: object, kind: str) -> None:
    match = first(index, text)
    assert (str(match.column), match.value, match.kind) == (column, value, kind)


def test_operators_come_from_the_words_around(index: ValueIndex) -> None:
    assert first(index, "airlines founded after 1955").operator == ">"
    assert first(index, "airlines not from Germany").operator == "!="
    assert first(index, "airlines from Germany").operator == "="


def test_a_name_leads_through_its_row_to_the_code(index: ValueIndex) -> None:
    matches = index.ground("Only show the airlines from France", tables=["airline"])
    assert ("country.name", "France", "exact") in [(str(m.column), m.value, m.kind) for m in matches]
    through = next(match for match in matches if match.kind == "via_row")
    assert (str(through.column), through.value, str(through.via)) == ("airline.country_code", "FR", "country.name")
    assert through.as_row()["via"] == "country.name"


@pytest.mark.parametrize("text", ["the ones from France", "not the French ones"])
def test_a_code_comes_first_in_the_table_spoken_of(index: ValueIndex, text: str) -> None:
    about = index.ground(text, tables=["airline"], shown=["airline"])[0]
    assert (str(about.column), about.value, about.kind, str(about.via)) == (
        "airline.country_code", "FR", "via_row", "country.name",
    )  # fmt: skip
    for joined in ([], ["airline", "country"]):
        assert str(index.ground(text, tables=joined, shown=joined[:1])[0].column) == "country.name"


@pytest.mark.parametrize("text", ["the French airlines", "airlines from FRA"])
def test_other_names_reach_the_code(index: ValueIndex, text: str) -> None:
    found = {(str(match.column), match.value, match.kind) for match in index.lookup(text.split()[-1]) or ()}
    found |= {(str(match.column), match.value, match.kind) for match in index.lookup(text.split()[1])}
    assert ("country.name", "France", "alias") in found
    assert ("country.code", "FR", "alias") in found
    assert ("airline.country_code", "FR", "via_row") in found


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "How many airlines are there?",
        "What are their names?",
        "sort them by name please",
        "? | - !",
        "it is in",
    ],
)
def test_silence_where_nothing_is_named(index: ValueIndex, text: str) -> None:
    assert index.ground(text) == ()


def test_look_up_of_one_mention_is_ranked_with_margins(index: ValueIndex) -> None:
    matches = index.lookup("Rheinflug")
    assert matches[0].value == "Rheinflug" and matches[0].score >= matches[-1].score
    assert matches[0].margin == pytest.approx(
        matches[0].score - (matches[1].score if len(matches) > 1 else 0), abs=1e-3
    )
    assert index.lookup("") == () and index.lookup("?!") == ()


def test_columns_used_before_are_preferred(index: ValueIndex) -> None:
    before = [ColumnRef(table="airline", column="country_code")]
    match = index.ground("And from FR?", tables=["airline"], columns=before)[0]
    assert str(match.column) == "airline.country_code"


def test_what_is_left_out_is_said(index: ValueIndex) -> None:
    skipped = {str(column.ref): column.skipped for column in index.values.columns if column.skipped}
    assert skipped == {"flight.note": "1 longer than 120 characters", "flight.raw": "1 blobs"}


@pytest.fixture(scope="module")
def towns(tmp_path_factory: pytest.TempPathFactory) -> ValueIndex:
    path = tmp_path_factory.mktemp("towns") / "towns.sqlite"
    connection = sqlite3.connect(path)
    connection.executescript(
        "CREATE TABLE port (name TEXT, size INT); INSERT INTO port VALUES ('Old Lantern Harbour', 1), ('Birch Point', 2),"
        " ('Lantern Quay', 3);"
    )
    connection.close()
    return ValueIndex.build(SQLiteDatabase.open(path))


def test_a_part_of_several_values_names_them_all(towns: ValueIndex) -> None:
    found = towns.ground('How large is the port named "Lantern"?')
    assert {match.value for match in found} == {"Old Lantern Harbour", "Lantern Quay"}


def test_what_is_inside_a_date_is_no_number(index: ValueIndex) -> None:
    assert {match.value for match in index.ground("crew who joined on 2010-03-05")} == {"2010-03-05"}


def test_a_long_text_is_looked_at_only_so_far(index: ValueIndex) -> None:
    assert index.ground("please " * 100_000) == ()
