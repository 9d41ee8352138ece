"""What plain questions ask: a value that two columns store, figures of each thing, one row in order, words that deny nothing."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from nodes.compact.delinearize import from_symbols
from nodes.compact.linearize import to_symbols
from nodes.compact.plan_parts import PlanParts
from nodes.compact.pointers import Items
from nodes.compact.ranking.features.requirements import RequirementFeatures
from nodes.compact.ranking.features.sense.sense_features import SenseFeatures
from nodes.coverage.demand import Demand
from nodes.coverage.edits.all_edits import EDITS
from nodes.lexical.utterance import Utterance
from nodes.node import Context
from nodes.sql.from_plan import from_plan
from nodes.sql.to_plan import to_plan
from nodes.state import GraphState, Turn
from nodes.value_grounding import Fuzzy
from value_index.engines.sqlite.database import SQLiteDatabase
from value_index.index import ValueIndex
from value_index.linear_model import Features

ISLES = ("Avaria", "Belmora", "Corvenia", "Doland", "Elmia", "Farrow", "Gestia", "Hollin", "Istria Minor", "Jorland")
SCRIPT = """
CREATE TABLE realm(realm_code TEXT PRIMARY KEY, name TEXT, local_name TEXT, inhabitants INTEGER, rule TEXT);
CREATE TABLE town(town_id INTEGER PRIMARY KEY, name TEXT, realm_code TEXT REFERENCES realm(realm_code), inhabitants INTEGER);
CREATE TABLE match(match_id INTEGER PRIMARY KEY, winner_name TEXT, winner_age INTEGER, loser_name TEXT, loser_age INTEGER, tongue TEXT);
CREATE TABLE repair(repair_id INTEGER PRIMARY KEY, town_id INTEGER REFERENCES town(town_id), kind TEXT);
INSERT INTO match VALUES(1,'Ilka',20,'Runa',31,'Avaria');
CREATE TABLE clerk(clerk_id INTEGER PRIMARY KEY, name TEXT, town_id INTEGER REFERENCES town(town_id), wage REAL, age INTEGER);
"""


@pytest.fixture(scope="module")
def atlas(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Context]:
    """Open a small database of realms, towns and clerks."""
    path = tmp_path_factory.mktemp("atlas") / "atlas.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(SCRIPT)
        for number in range(90):
            name = ISLES[number] if number < len(ISLES) else f"Realm of {chr(65 + number % 26)}{number}"
            code, rule = f"{name[:2].upper()}{number}", ("Crown", "Council")[number % 2]
            connection.execute("INSERT INTO realm VALUES(?,?,?,?,?)", (code, name, name, 1000 + number, rule))
            connection.execute("INSERT INTO town VALUES(?,?,?,?)", (number, f"Town {number}", code, 10 + number))
            connection.execute(
                "INSERT INTO clerk VALUES(?,?,?,?,?)", (number, f"Clerk {number}", number, 9.5 * number, 20)
            )
        connection.commit()
    database = SQLiteDatabase.open(path)
    yield Context(database.schema, database, ValueIndex.build(database))
    database.close()


def state_of(context: Context, utterance: str, before: str = "") -> GraphState:
    history = (Turn(utterance="before", sql=before),) if before else ()
    state = GraphState(turn_id="0", database_id="atlas", history=history, utterance=utterance)
    return state.model_copy(update={"grounded_values": asyncio.run(Fuzzy()(state, context))})


def features(context: Context, utterance: str, sql: str, before: str = "") -> Features:
    demand, parts = Demand.of(state_of(context, utterance, before), context), PlanParts(to_plan(sql, context.schema))
    return {**SenseFeatures(demand).of(parts), **RequirementFeatures(demand).of(parts)}


def edited(context: Context, edit: str, utterance: str, sql: str, before: str = "") -> list[str]:
    demand = Demand.of(state_of(context, utterance, before), context)
    found = EDITS[edit](to_plan(sql, context.schema), demand)
    return [from_plan(plan, context.schema) for plan in found]


@pytest.mark.parametrize("utterance", ["inhabitants of avaria", "How many inhabitants does Belmora have?"])
def test_a_value_that_two_columns_of_a_table_store_is_a_value(atlas: Context, utterance: str) -> None:
    found = state_of(atlas, utterance).grounded_values or ()
    assert [value.column.table for value in found] == ["realm"]


def test_a_text_that_only_other_columns_store_makes_no_sense(atlas: Context) -> None:
    asked = "inhabitants of avaria"
    assert features(atlas, asked, "SELECT inhabitants FROM town WHERE realm_code = 'Avaria'")["unstored_literal"] == 1
    assert features(atlas, asked, "SELECT inhabitants FROM realm WHERE name = 'Avaria'")["unstored_literal"] == 0


def test_a_number_is_no_value_of_a_column_of_words(atlas: Context) -> None:
    assert features(atlas, "clerks of age 20", "SELECT name FROM clerk WHERE name = 20")["unstored_literal"] == 1
    assert features(atlas, "clerks of age 20", "SELECT name FROM clerk WHERE age = 20")["unstored_literal"] == 0


@pytest.mark.parametrize(
    ("utterance", "sql", "wanted"),
    [
        ("Which rules have an average of inhabitants above 1040?", "SELECT rule FROM realm GROUP BY rule",
         "SELECT rule FROM realm GROUP BY rule HAVING avg(inhabitants) > 1040"),
        ("only those whose average inhabitants is greater than 1040",
         "SELECT rule, avg(inhabitants) FROM realm GROUP BY rule",
         "SELECT rule, avg(inhabitants) FROM realm GROUP BY rule HAVING avg(inhabitants) > 1040"),
        ("Which realms have inhabitants above 1040?", "SELECT name FROM realm",
         "SELECT name FROM realm WHERE inhabitants > 1040"),
    ],
)  # fmt: skip
def test_a_figure_of_each_thing_is_compared_as_a_figure(atlas: Context, utterance: str, sql: str, wanted: str) -> None:
    assert wanted in edited(atlas, "condition", utterance, sql)


def test_the_one_row_of_an_aggregate_is_in_no_order(atlas: Context) -> None:
    ordered = "SELECT min(age) FROM clerk ORDER BY age DESC LIMIT 1"
    assert features(atlas, "What about the oldest?", ordered)["one_row_ordered"] == 1
    assert edited(atlas, "extreme", "What about the oldest?", ordered) == ["SELECT max(age) FROM clerk"]
    groups = "SELECT min(age) FROM clerk GROUP BY town_id ORDER BY min(age) LIMIT 1"
    assert features(atlas, "What about the oldest?", groups)["one_row_ordered"] == 0
    assert edited(atlas, "extreme", "What about the oldest?", groups) == []


def test_the_extreme_at_the_other_end_runs_the_wrong_way(atlas: Context) -> None:
    assert features(atlas, "What about the oldest?", "SELECT min(age) FROM clerk")["direction_wrong"] == 1
    assert features(atlas, "What about the oldest?", "SELECT max(age) FROM clerk")["direction_wrong"] == 0


@pytest.mark.parametrize(
    ("utterance", "descending"),
    [
        ("Sort the clerks from old to young", True),
        ("Sort the clerks from young to old", False),
        ("List the clerks by age, starting with the oldest", True),
    ],
)
def test_an_order_between_two_ends(atlas: Context, utterance: str, descending: bool) -> None:
    demand = Demand.of(state_of(atlas, utterance), atlas)
    assert demand.order is not None and demand.order.is_list and demand.order.descending is descending
    assert not any(each.kind == "pattern" for each in demand.requirements)


@pytest.mark.parametrize(
    ("utterance", "words"),
    [
        ("the no of flights", ["the", "number", "of", "flights"]),
        ("names with no duplicates", ["names", "with", "distinct", "duplicates"]),
        ("those with no flights", ["those", "with", "no", "flights"]),
    ],
)
def test_a_word_that_denies_nothing(utterance: str, words: list[str]) -> None:
    assert [word.text for word in Utterance.of(utterance).words] == words


def test_a_text_with_wildcards_is_compared_by_like(atlas: Context) -> None:
    items = Items(atlas.schema, ("%mor%",))
    equal = to_plan("SELECT name FROM realm WHERE name = '%mor%'", atlas.schema)
    read = from_symbols(to_symbols(equal, items), items)
    assert from_plan(read, atlas.schema) == "SELECT name FROM realm WHERE name LIKE '%mor%'"


@pytest.mark.parametrize(
    ("utterance", "sql", "wanted"),
    [
        ("names of the 3 youngest winners", "SELECT loser_name FROM match ORDER BY loser_age LIMIT 3",
         "SELECT winner_name FROM match ORDER BY winner_age LIMIT 3"),
        ("names of the winners and losers", "SELECT loser_name FROM match", None),
        ("names of all of them", "SELECT loser_name FROM match", None),
    ],
)  # fmt: skip
def test_the_column_that_is_said_and_not_the_one_beside_it(
    atlas: Context, utterance: str, sql: str, wanted: str | None
) -> None:
    assert edited(atlas, "sibling", utterance, sql) == ([wanted] if wanted else [])
    assert bool(features(atlas, utterance, sql)["sibling_said"]) is (wanted is not None)


def test_things_that_are_to_have_others_are_not_all_of_them(atlas: Context) -> None:
    asked, all_towns = "How many towns have had repairs?", "SELECT count(*) FROM town"
    some = "SELECT count(*) FROM town WHERE town_id IN (SELECT town_id FROM repair)"
    assert features(atlas, asked, all_towns)["things_had_ignored"] == 1
    assert features(atlas, asked, some)["things_had_ignored"] == 0
    assert features(atlas, "How many towns are there?", all_towns)["things_had_ignored"] == 0


def test_a_value_beside_the_name_of_its_column_is_of_that_column(atlas: Context) -> None:
    found = state_of(atlas, "Which winners have the tongue Avaria?").grounded_values or ()
    assert [str(value.column) for value in found] == ["match.tongue"]


@pytest.mark.parametrize(
    ("utterance", "wanted"),
    [("How many rules are there?", 1), ("How many different rules are there?", 1), ("How many realms?", 0)],
)
def test_values_that_repeat_are_counted_once_each(atlas: Context, utterance: str, wanted: int) -> None:
    assert features(atlas, utterance, "SELECT count(rule) FROM realm")["values_counted_often"] == wanted
    assert features(atlas, utterance, "SELECT count(DISTINCT rule) FROM realm")["values_counted_often"] == 0


def test_what_has_no_value_is_not_shown(atlas: Context) -> None:
    asked = "Clerks without a wage"
    assert features(atlas, asked, "SELECT wage FROM clerk WHERE wage IS NULL")["absent_shown"] == 1
    assert features(atlas, asked, "SELECT name FROM clerk WHERE wage IS NULL")["absent_shown"] == 0
