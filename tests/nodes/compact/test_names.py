"""Names are read in full, and as the utterance says them in other words."""

import pytest

from nodes.compact.names.abbreviations import in_full, shortens
from nodes.compact.names.schema_as_said import schema_as_said
from nodes.compact.names.synonyms import are_synonyms, is_listed
from nodes.compact.turn_encoding import load_planner
from nodes.turn_analysis import TurnAnalysis
from value_index.schema import Column, Schema, Table

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


def called(utterance: str) -> dict[str, str]:
    """Return the natural names of tables and columns by their own."""
    schema = schema_as_said(TurnAnalysis(SCHEMA, None, utterance, ()), load_planner().network)
    return {part.name: part.natural_name for table in schema.tables for part in (table, *table.columns)}


def test_abbreviations_are_written_out() -> None:
    names = called("How many are there?")
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
    assert called("the wage of each employee") == called("How many are there?")


def test_names_of_places_and_people_name_no_column() -> None:
    assert called("Show everything about Canada") == called("How many are there?")


def test_synonyms_hold_both_ways() -> None:
    assert are_synonyms("employees", "staff member")
    assert are_synonyms("staff member", "employee")
    assert is_listed("films")
    assert not are_synonyms("employee", "film")
