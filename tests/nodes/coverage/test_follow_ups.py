"""Edits and features of turns that go on from the one before: values beside others, places, what is taken back."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from nodes.compact.plan_parts import PlanParts
from nodes.compact.ranking.move_features import MoveFeatures
from nodes.compact.ranking.reference_features import ReferenceFeatures
from nodes.compact.ranking.thing_features import ThingFeatures
from nodes.coverage.demand import Demand
from nodes.coverage.edits.all_edits import EDITS
from nodes.lexical.evidence import Evidence
from nodes.node import Context
from nodes.sql.from_plan import from_plan
from nodes.sql.to_plan import to_plan
from nodes.state import GraphState, Turn
from value_index.index import ValueIndex
from value_index.sqlite.database import SQLiteDatabase

FERRIES = """
CREATE TABLE harbour (harbour_id INTEGER PRIMARY KEY, name TEXT, country TEXT, opened_on DATE);
CREATE TABLE skipper (skipper_id INTEGER PRIMARY KEY, full_name TEXT, birth_date DATE, hired_on DATE, left_on DATE,
  died_year INTEGER, phone TEXT, harbour_id INTEGER REFERENCES harbour);
CREATE TABLE ferry (ferry_id INTEGER PRIMARY KEY, label TEXT, builder TEXT, tons REAL);
CREATE TABLE crossing (crossing_id INTEGER PRIMARY KEY, ferry_id INTEGER REFERENCES ferry, skipper_id INTEGER REFERENCES skipper,
  harbour_id INTEGER REFERENCES harbour, sailed_on DATE, state TEXT);
INSERT INTO harbour VALUES (1, 'Oban', 'Scotland', '1990-01-01'), (2, 'Larne', 'Ireland', '2001-05-05'), (3, 'Cork', 'Ireland', '1980-02-02');
INSERT INTO skipper VALUES (1, 'Una Bell', '1960-03-03', '2001-01-01', NULL, NULL, '12', 1), (2, 'Rab Dow', '1971-04-04', '2005-01-01', '2020-06-06', 2021, '34', 2),
  (3, 'Ina Rae', '1980-05-05', '2011-01-01', NULL, NULL, NULL, 3);
INSERT INTO ferry VALUES (1, 'Heron', 'Holm', 900), (2, 'Tern', 'Vaas', 700), (3, 'Gull', 'Holm', 300), (4, 'Skua', 'Orre', 500);
INSERT INTO crossing VALUES (1, 1, 1, 1, '2022-01-01', 'sailed'), (2, 2, 3, 2, '2022-06-01', 'cancelled'), (3, 1, 2, 3, '2023-02-01', 'sailed');
"""


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Context:
    path: Path = tmp_path_factory.mktemp("ferries") / "ferries.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(FERRIES)
    database = SQLiteDatabase.open(path)
    return Context(database.schema, database, ValueIndex.build(database))


def state_of(utterance: str, *before: str) -> GraphState:
    history = tuple(Turn(utterance="before", sql=sql) for sql in before)
    return GraphState(turn_id="0", database_id="ferries", history=history, utterance=utterance)


def offered(context: Context, edit: str, utterance: str, *before: str, plan: str = "") -> list[str]:
    """Return what an edit makes of a plan, the one before if none is given."""
    demand = Demand.of(state_of(utterance, *before), context)
    plans = EDITS[edit](to_plan(plan or before[-1], context.schema), demand)
    return [from_plan(each, context.schema) for each in plans]


def fired(context: Context, utterance: str, sql: str, *before: str) -> set[str]:
    state = state_of(utterance, *before)
    evidence = Evidence.of(state, context)
    demand, parts = Demand.of(state, context, evidence), PlanParts(to_plan(sql, context.schema))
    found = {
        **MoveFeatures(demand, evidence.turn.earlier_plans).of(parts),
        **ReferenceFeatures(demand).of(parts),
    }
    return {name for name, value in found.items() if value}


HOLM = "SELECT label FROM ferry WHERE builder = 'Holm'"
BOTH = "SELECT label FROM ferry WHERE builder = 'Holm' OR builder = 'Vaas'"
VAAS = "SELECT label FROM ferry WHERE builder = 'Vaas'"


@pytest.mark.parametrize("utterance", ["And Vaas too", "Vaas as well, please", "Add Vaas"])
def test_a_value_comes_beside_the_one_before(context: Context, utterance: str) -> None:
    assert BOTH in offered(context, "condition", utterance, HOLM)
    assert "added_value_lost" in fired(context, utterance, VAAS, HOLM)
    assert not {"added_value_lost", "adds_filters_lost", "exchange_ignored"} & fired(context, utterance, BOTH, HOLM)


def test_a_third_value_joins_two(context: Context) -> None:
    wanted = "SELECT label FROM ferry WHERE builder = 'Holm' OR builder = 'Vaas' OR builder = 'Orre'"
    assert wanted in offered(context, "condition", "Orre too", BOTH)


def test_a_value_is_exchanged_where_no_word_adds_it(context: Context) -> None:
    assert VAAS in offered(context, "condition", "And Vaas?", HOLM)
    assert "exchange_ignored" in fired(context, "And Vaas?", BOTH, HOLM)


def test_a_year_is_exchanged_without_a_preposition(context: Context) -> None:
    in_2022 = "SELECT crossing_id FROM crossing WHERE sailed_on >= '2022-01-01' AND sailed_on < '2023-01-01'"
    in_2023 = "SELECT crossing_id FROM crossing WHERE sailed_on >= '2023-01-01' AND sailed_on < '2024-01-01'"
    assert in_2023 in offered(context, "condition", "and 2023?", in_2022)
    assert "exchanges_value" in fired(context, "and 2023?", in_2023, in_2022)


def test_the_values_left_open_stay_open(context: Context) -> None:
    ordered = "SELECT label FROM ferry WHERE builder = 'Holm' ORDER BY tons DESC"
    found = offered(context, "earlier", "Sort them by tons, heaviest first", BOTH, plan=ordered)
    assert "SELECT label FROM ferry WHERE builder = 'Holm' OR builder = 'Vaas' ORDER BY tons DESC" in found


def test_a_no_that_answers_denies_nothing(context: Context) -> None:
    assert VAAS in offered(context, "condition", "No, just Vaas", "SELECT label FROM ferry")
    assert "SELECT label FROM ferry WHERE builder != 'Vaas'" in offered(
        context, "condition", "not Vaas", "SELECT label FROM ferry"
    )


@pytest.mark.parametrize(
    "utterance", ["Without those who have left", "but not those who left", "Only the current ones"]
)
def test_what_has_ended_is_left_out(context: Context, utterance: str) -> None:
    wanted = "SELECT full_name FROM skipper WHERE left_on IS NULL"
    assert wanted in offered(context, "condition", utterance, "SELECT full_name FROM skipper")


@pytest.mark.parametrize(
    ("utterance", "said"),
    [("Those who are still alive", "IS NULL"), ("those no longer alive", "IS NOT NULL"), ("only the deceased ones", "IS NOT NULL")],
)  # fmt: skip
def test_whoever_lives_has_no_year_of_death(context: Context, utterance: str, said: str) -> None:
    found = offered(context, "condition", utterance, "SELECT full_name FROM skipper")
    assert f"SELECT full_name FROM skipper WHERE died_year {said}" in found


def test_a_condition_is_taken_back_by_the_name_of_its_column(context: Context) -> None:
    before = "SELECT crossing_id FROM crossing WHERE state = 'sailed' AND sailed_on >= '2022-01-01' AND sailed_on < '2023-01-01'"
    assert offered(context, "given_up", "Drop the year", before) == [
        "SELECT crossing_id FROM crossing WHERE state = 'sailed'"
    ]
    without_state = before.replace("state = 'sailed' AND ", "")
    assert offered(context, "given_up", "In any state", before) == [without_state]
    assert not offered(context, "given_up", "Drop the cancelled ones", before)
    assert "gives_condition_up" in fired(
        context, "Drop the year", "SELECT crossing_id FROM crossing WHERE state = 'sailed'", before
    )


def test_a_year_is_that_of_what_happened(context: Context) -> None:
    before = "SELECT T1.name, count(*) FROM harbour AS T1 JOIN crossing AS T2 ON T1.harbour_id = T2.harbour_id GROUP BY T1.harbour_id"
    (asked,) = Demand.of(state_of("And in 2022?", before), context).requirements
    assert next(str(option.column) for option in asked.options) == "crossing.sailed_on"


def test_newest_is_by_the_time_that_was_shown(context: Context) -> None:
    before = "SELECT full_name, hired_on FROM skipper"
    assert f"{before} ORDER BY hired_on DESC" in offered(context, "order", "Newest first", before)
    order = Demand.of(state_of("Newest first", before), context).order
    assert order is not None and order.columns[0].column == "hired_on"


def test_columns_come_beside_the_list_that_was_counted(context: Context) -> None:
    listed, counted = HOLM, "SELECT count(*) FROM ferry WHERE builder = 'Holm'"
    wanted = "SELECT label, tons FROM ferry WHERE builder = 'Holm'"
    assert wanted in offered(context, "listed_again", "Show their tons too", listed, counted)
    assert "adds_to_shown" in fired(context, "Show their tons too", wanted, listed, counted)
    assert "adds_shown_lost" in fired(context, "Show their tons too", wanted.replace("label, ", ""), listed, counted)
    assert not offered(context, "listed_again", "Which harbours are there?", listed, counted)


def test_the_other_end_of_a_key_is_nothing_more(context: Context) -> None:
    before = "SELECT skipper_id FROM crossing"
    more = "SELECT T1.skipper_id, T1.state FROM crossing AS T1 JOIN skipper AS T2 ON T1.skipper_id = T2.skipper_id"
    assert "adds_to_shown" in fired(context, "Show the state too", more, before)
    again = more.replace("T1.state", "T2.skipper_id")
    assert "adds_to_shown" not in fired(context, "Show the skipper id as well", again, before)


def test_a_row_is_meant_by_its_place(context: Context) -> None:
    before = "SELECT label FROM ferry ORDER BY tons DESC"
    second = "SELECT builder FROM ferry ORDER BY tons DESC LIMIT 1 OFFSET 1"
    assert second in offered(context, "place", "Which builder made the second one?", before)
    assert "place_missed" not in fired(context, "Which builder made the second one?", second, before)
    assert "place_missed" in fired(context, "Which builder made the second one?", "SELECT builder FROM ferry", before)
    assert "SELECT label FROM ferry ORDER BY tons LIMIT 1" in offered(context, "place", "and the last one?", before)
    assert not offered(context, "place", "Who was the first one to sail?", before)


def test_whoever_a_key_leads_to_is_named(context: Context) -> None:
    before = "SELECT skipper_id FROM crossing WHERE state = 'sailed'"
    wanted = "SELECT T2.full_name FROM crossing AS T1 JOIN skipper AS T2 ON T1.skipper_id = T2.skipper_id WHERE T1.state = 'sailed'"
    assert wanted in offered(context, "key_names", "Who steered them?", before)
    assert not offered(context, "key_names", "Show their skipper id", before)


def test_a_figure_is_told_of_each_row(context: Context) -> None:
    before = "SELECT label FROM ferry"
    right = "SELECT T1.label, count(*) FROM ferry AS T1 JOIN crossing AS T2 ON T1.ferry_id = T2.ferry_id GROUP BY T1.ferry_id"
    wrong = right.replace("GROUP BY T1.ferry_id", "GROUP BY T2.state")
    assert "each_told" in fired(context, "How many crossings did each of them make?", right, before)
    assert "each_told" not in fired(context, "How many crossings did each of them make?", wrong, before)


def test_all_of_them_again_is_the_list_before_the_last_choice(context: Context) -> None:
    listed, first = "SELECT label FROM ferry", "SELECT label FROM ferry ORDER BY tons DESC LIMIT 1"
    for said in ("Go back to all of them", "Show all of them again"):
        assert "goes_elsewhere" not in fired(context, said, listed, listed, first)
        assert "goes_elsewhere" in fired(context, said, first, listed, first)


def test_a_fragment_is_one_more_condition(context: Context) -> None:
    before = "SELECT crossing_id FROM crossing WHERE state = 'sailed'"
    kept = "SELECT T1.crossing_id FROM crossing AS T1 JOIN harbour AS T2 ON T1.harbour_id = T2.harbour_id WHERE T1.state = 'sailed' AND T2.country = 'Ireland'"
    assert "fragment_kept" in fired(context, "from harbours in Ireland", kept, before)
    for lost in ("SELECT name FROM harbour WHERE country = 'Ireland'", kept.replace("T1.state = 'sailed' AND ", "")):
        assert "fragment_kept" not in fired(context, "from harbours in Ireland", lost, before)
    assert "fragment_kept" not in fired(context, "Which harbours are in Ireland?", kept, before)


def test_by_before_a_value_names_no_unit(context: Context) -> None:
    assert not Demand.of(state_of("crossings by Holm ferries"), context).units
    assert Demand.of(state_of("crossings by ferry"), context).units


def test_what_has_nothing_at_all_is_asked_of_all(context: Context) -> None:
    before = "SELECT label FROM ferry WHERE builder = 'Holm'"
    held = "SELECT label FROM ferry WHERE builder = 'Holm' AND ferry_id NOT IN (SELECT ferry_id FROM crossing)"
    assert "denies_everything_held" in fired(context, "Which ferries never made any crossing?", held, before)
    assert "denies_everything_held" not in fired(context, "Which of them never made any crossing?", held, before)


def test_the_same_shows_the_same(context: Context) -> None:
    before = "SELECT label, tons FROM ferry WHERE builder = 'Holm' ORDER BY tons"
    after = before.replace("Holm", "Vaas")
    assert "same_changed" not in fired(context, "The same for Vaas", after, before)
    assert "same_changed" in fired(context, "The same for Vaas", after.replace(", tons FROM", " FROM"), before)


def test_the_longest_is_ranked_by_a_length(context: Context, tmp_path: Path) -> None:
    path = tmp_path / "maps.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE atlas (atlas_id INTEGER PRIMARY KEY, title TEXT, pages INTEGER, price REAL)")
    database = SQLiteDatabase.open(path)
    maps, before = Context(database.schema, database), "SELECT title FROM atlas"
    demand = Demand.of(state_of("Which one is the longest?", before), maps)
    for column, wanted in (("pages", 1.0), ("price", 0.0)):
        plan = to_plan(f"{before} ORDER BY {column} DESC LIMIT 1", maps.schema)
        assert ThingFeatures(demand).of(PlanParts(plan))["ranked_by_meant"] == wanted
    database.close()


def test_somebody_is_no_key(context: Context) -> None:
    before = "SELECT crossing_id FROM crossing"
    demand = Demand.of(state_of("Who steered them?", before), context)

    def features(sql: str) -> set[str]:
        return {n for n, v in ThingFeatures(demand).of(PlanParts(to_plan(sql, context.schema))).items() if v}

    by_key = "SELECT T2.full_name FROM crossing AS T1 JOIN skipper AS T2 ON T1.skipper_id = T2.skipper_id"
    assert features("SELECT skipper_id FROM crossing") == {"key_for_person"}
    assert features(by_key) == {"person_led_to"}
    assert not features(by_key.replace("skipper_id", "harbour_id"))


def test_values_beside_each_other_do_not_both_have_to_hold(context: Context) -> None:
    both = f"{HOLM} INTERSECT {VAAS}"
    assert "added_value_lost" in fired(context, "and Vaas too", both, HOLM)


@pytest.mark.parametrize("utterance", ["and the other ones?", "What about the rest?", "the others"])
def test_the_others_are_what_was_left_out(context: Context, utterance: str) -> None:
    wanted = "SELECT label FROM ferry WHERE builder != 'Holm'"
    assert offered(context, "others", utterance, HOLM) == [wanted]
    assert "others_missed" in fired(context, utterance, HOLM, HOLM)
    assert "others_missed" not in fired(context, utterance, wanted, HOLM)


def test_the_others_keep_the_older_conditions(context: Context) -> None:
    heavy = f"{HOLM} AND tons > 500"
    assert offered(context, "others", "and the others?", HOLM, heavy) == [f"{HOLM} AND tons <= 500"]


def test_a_number_is_exchanged(context: Context) -> None:
    before = "SELECT label FROM ferry WHERE tons > 500"
    assert offered(context, "number", "make it 600", before) == [before.replace("500", "600")]
    assert offered(context, "number", "Make that 2", "SELECT label FROM ferry ORDER BY tons LIMIT 5") == [
        "SELECT label FROM ferry ORDER BY tons LIMIT 2"
    ]
    assert not offered(context, "number", "Which have 600?", before)
    assert "number_missed" in fired(context, "make it 600", before, before)


def test_a_number_is_compared_with_the_only_one_shown(context: Context) -> None:
    before = "SELECT label, tons FROM ferry"
    assert f"{before} WHERE tons < 600" in offered(context, "condition", "under 600", before)


def test_with_a_column_adds_it(context: Context) -> None:
    before = "SELECT label FROM ferry"
    assert "SELECT label, tons FROM ferry" in offered(context, "projection", "with the tons", before)
    assert "adds_shown_lost" in fired(context, "with the tons", "SELECT tons FROM ferry", before)
    assert "adds_shown_lost" not in fired(context, "with the highest tons", "SELECT tons FROM ferry", before)


def test_groups_are_ordered_by_the_figure_shown(context: Context) -> None:
    any_row = "SELECT builder, sum(tons) FROM ferry GROUP BY builder ORDER BY tons DESC LIMIT 1"
    figure = any_row.replace("ORDER BY tons", "ORDER BY sum(tons)")
    assert figure in offered(context, "order", "which is the heaviest?", "SELECT label FROM ferry", plan=any_row)
    demand = Demand.of(state_of("which is the heaviest?", "SELECT label FROM ferry"), context)
    for sql, wanted in ((any_row, 1.0), (figure, 0.0)):
        assert ThingFeatures(demand).of(PlanParts(to_plan(sql, context.schema)))["ranked_by_any_row"] == wanted


def test_what_about_a_column_asks_the_same_figure_of_it(context: Context) -> None:
    before = "SELECT harbour_id, avg(skipper_id) FROM crossing GROUP BY harbour_id"
    wanted = "SELECT builder, avg(tons) FROM ferry GROUP BY builder"
    assert wanted in offered(context, "figure", "What about the tons?", wanted.replace("tons", "ferry_id"))
    assert not offered(context, "figure", "What about Cork?", before)


def test_a_period_is_exchanged_and_a_named_condition_given_up(context: Context) -> None:
    in_2022 = "SELECT crossing_id FROM crossing WHERE sailed_on >= '2022-01-01' AND sailed_on < '2023-01-01'"
    in_2023 = "SELECT crossing_id FROM crossing WHERE sailed_on >= '2023-01-01' AND sailed_on < '2024-01-01'"
    assert "period_exchanged" in fired(context, "now 2023 instead", in_2023, in_2022)
    assert "gives_named_up" in fired(context, "drop the year", "SELECT crossing_id FROM crossing", in_2022)
