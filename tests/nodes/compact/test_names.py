"""Names are read in full, and as the utterance says them in other words."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from nodes.compact.names.abbreviations import in_full, shortens
from nodes.compact.names.said_names import said_names
from nodes.compact.names.said_phrases import said_phrases
from nodes.compact.names.schema_as_said import context_as_said, schema_as_said
from nodes.compact.names.synonyms import are_synonyms, is_listed
from nodes.compact.turn_encoding import load_planner
from nodes.lexical.utterance import Utterance
from nodes.node import Context
from nodes.state import GraphState
from nodes.turn_analysis import TurnAnalysis
from tests.nodes.small_database import small_database
from value_index.schema import Column, ColumnRef, Schema, Table

SCHEMA = Schema(
    database_id="depot",
    tables=(
        Table(
            name="tbl_empl",
            natural_name="tbl empl",
            columns=(
                Column(name="empl_id", natural_name="empl id", kind="number"),
                Column(name="empl_nm", natural_name="empl nm", kind="text"),
                Column(name="wage", natural_name="wage", kind="number"),
                Column(name="born_on", natural_name="born on", kind="time"),
            ),
        ),
        Table(
            name="lorry",
            natural_name="lorry",
            columns=(
                Column(name="lorry_id", natural_name="lorry id", kind="number"),
                Column(name="colour", natural_name="colour", kind="text"),
            ),
        ),
    ),
)


SCRIPT = """
CREATE TABLE vineyard(vineyard_id INTEGER PRIMARY KEY, caption TEXT, planted INTEGER, opened_on DATE);
INSERT INTO vineyard VALUES(1,'Alder',1978,'2001-02-03'),(2,'Birch',1990,'2003-04-05');
"""


@pytest.fixture(scope="module")
def vineyards(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Context]:
    """Open a database whose columns are called by no kind."""
    with small_database(tmp_path_factory.mktemp("vineyards"), SCRIPT) as context:
        yield context


@pytest.mark.parametrize(
    ("utterance", "column", "name"),
    [
        ("What are the names of the vineyards?", "caption", "name"),
        ("Show the year of each vineyard", "planted", "year"),
        ("What is the date of Birch?", "opened_on", "date"),
        ("Show all vineyards", "planted", "planted"),
    ],
)
def test_columns_are_called_by_their_kind(vineyards: Context, utterance: str, column: str, name: str) -> None:
    state = GraphState(turn_id="0", database_id="x", history=(), utterance=utterance)
    read = context_as_said(state, vineyards, load_planner().network).analysis_of(state).schema
    assert read.describe(ColumnRef(table="vineyard", column=column)).natural_name == name


def called(utterance: str, schema: Schema = SCHEMA) -> dict[str, str]:
    """Return the natural names of tables and columns by their own."""
    schema = schema_as_said(TurnAnalysis(schema, None, utterance, ()), load_planner().network)
    return {part.name: part.natural_name for table in schema.tables for part in (table, *table.columns)}


def test_abbreviations_are_written_out() -> None:
    names = called("How many employees are there?")
    assert (names["tbl_empl"], names["empl_nm"]) == ("employee", "employee name")


def test_an_abbreviation_is_what_the_utterance_says() -> None:
    assert in_full(("purch", "dt"), frozenset(("purchase",))) == ("purchase", "date")
    assert in_full(("prod", "no"), frozenset(("production",))) == ("production", "number")


@pytest.mark.parametrize(
    ("short", "word"), [("bn", "building"), ("name", "names"), ("cat", "customer"), ("city", "city")]
)
def test_what_shortens_nothing(short: str, word: str) -> None:
    assert not shortens(short, word)


def test_names_are_those_that_the_utterance_says() -> None:
    assert called("Which workers have the highest salary?")["tbl_empl"] == "worker"
    assert called("Which workers have the highest salary?")["wage"] == "salary"
    assert called("How many trucks are red?")["lorry_id"] == "truck id"


def test_a_name_that_is_said_stays() -> None:
    assert called("the colour of each lorry") == {
        part.name: part.natural_name for table in SCHEMA.tables for part in (table, *table.columns)
    }


def test_names_of_places_and_people_name_no_column() -> None:
    assert "canada" not in " ".join(called("Show everything about Canada").values())


def test_synonyms_hold_both_ways() -> None:
    assert are_synonyms("employees", "staff member")
    assert are_synonyms("staff member", "employee")
    assert is_listed("films")
    assert not are_synonyms("employee", "film")


def test_contraries_and_numbers_call_nothing() -> None:
    said = Utterance.of("Which of the inactive ones are older than thirty?")
    assert not said_phrases((("active",), ("age",)), said, frozenset())


@pytest.mark.parametrize(
    ("question", "kept"),
    [
        ("Total pay (wage plus premium)", "wage"),
        ("Lorries per year", "month cost"),
    ],
)
def test_what_is_said_itself_and_units_of_time_are_called_nothing_else(question: str, kept: str) -> None:
    names = (("wage",), ("month", "cost"), ("lorry",))
    found = said_names(names, frozenset(("lorry",)), Utterance.of(question), frozenset(), load_planner("").network)
    assert not any(part in kept.split() for part in found)


def test_a_listed_synonym_is_enough_where_no_other_part_is_one() -> None:
    columns = (Column(name="place", natural_name="place", kind="number"), Column(name="score", natural_name="score"))
    schema = Schema(database_id="race", tables=(Table(name="run", natural_name="run", columns=columns),))
    assert called("What is the rank of the third?", schema)["place"] == "rank"
    assert called("Where do they start?", schema)["place"] == "place"


def test_how_a_text_starts_names_nothing() -> None:
    names = (("poll", "source"), ("name",))
    assert not said_phrases(names, Utterance.of("those whose poll source starts with Ne"), frozenset())
    assert "start" in said_phrases(names, Utterance.of("the start of each"), frozenset())


def test_what_things_do_names_nothing() -> None:
    names = (("boat",), ("voyage",))
    assert "sail" not in said_phrases(names, Utterance.of("Which boats sail under the flag of Panama?"), frozenset())
    assert "sail" in said_phrases(names, Utterance.of("How long was each sail?"), frozenset())
