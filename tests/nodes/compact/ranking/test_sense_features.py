"""What can hardly be meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from nodes.compact.plan_parts import PlanParts
from nodes.compact.ranking.features.sense.sense_features import SenseFeatures
from nodes.coverage.demand import Demand
from nodes.node import Context
from nodes.sql.to_plan import to_plan
from nodes.state import GraphState, Turn
from tests.nodes.sql.regatta import open_regatta
from value_index.linear_model import Features

KEYED = "SELECT label FROM boat JOIN maker ON boat.maker_id = maker.maker_id"


@pytest.fixture
def context(tmp_path: Path) -> Context:
    database = open_regatta(tmp_path)
    return Context(schema=database.schema, database=database)


def sense(context: Context, sql: str, utterance: str = "Which boats are there?", before: str = "") -> Features:
    history = (Turn(utterance="before", sql=before),) if before else ()
    state = GraphState(turn_id="0:0", database_id="regatta", utterance=utterance, history=history)
    found = SenseFeatures(Demand.of(state, context)).of(PlanParts(to_plan(sql, context.schema)))
    return {name: value for name, value in found.items() if value}


def test_a_join_that_no_key_ties_is_counted(context: Context) -> None:
    assert "unrelated_join" not in sense(context, KEYED)
    both = "SELECT label FROM boat JOIN entry ON entry.boat_id = boat.boat_id"
    assert "unrelated_join" not in sense(context, both)
    assert "unrelated_join" not in sense(
        context, "SELECT finish FROM entry JOIN photo ON entry.boat_id = photo.boat_id"
    )
    assert sense(context, "SELECT label FROM boat JOIN race ON boat.maker_id = race.race_id")["unrelated_join"] == 1
    assert sense(context, f"{KEYED} AND boat.boat_id = maker.maker_id")["unrelated_join"] == 1


def test_columns_without_a_key_may_be_joined(context: Context) -> None:
    assert "unrelated_join" not in sense(context, "SELECT place FROM race JOIN photo ON race.day = photo.taken")


def test_a_text_without_a_digit_has_no_before_or_after(context: Context) -> None:
    assert sense(context, "SELECT place FROM race WHERE day < 'Rome'")["text_in_range"] == 1
    assert sense(context, "SELECT place FROM race WHERE day BETWEEN 'Rome' AND 'Oslo'")["text_in_range"] == 1
    for where in ("day < '2024-07-01'", "race_id > 3", "place = 'Rome'"):
        assert "text_in_range" not in sense(context, f"SELECT place FROM race WHERE {where}")


def test_a_product_of_tables_is_counted(context: Context) -> None:
    assert sense(context, "SELECT label FROM boat, race")["cross_join"] == 1
    assert "cross_join" not in sense(context, KEYED)


@pytest.mark.parametrize(
    ("where", "empty"),
    [
        ("day >= '2024-08-01' AND day < '2024-08-01'", True),
        ("day >= '2024-08-01' AND day < '2024-09-01'", False),
        ("race_id > 5 AND race_id < 3", True),
        ("race_id BETWEEN 3 AND 5 AND race_id >= 5", False),
        ("day LIKE '2023%' AND day >= '2024-01-01'", True),
        ("day LIKE '2024%' AND day >= '2024-06-01'", False),
        ("place = 'Rome' AND place = 'Oslo'", True),
    ],
)
def test_a_stretch_that_ends_before_it_begins_contradicts_itself(context: Context, where: str, empty: bool) -> None:
    assert ("contradiction" in sense(context, f"SELECT place FROM race WHERE {where}")) is empty


def test_a_group_by_a_key_fixes_its_own_table_and_what_it_leads_to(context: Context) -> None:
    joined = "FROM boat JOIN maker ON boat.maker_id = maker.maker_id"
    assert sense(context, f"SELECT boat.label, count(*) {joined} GROUP BY maker.maker_id")["undetermined"] == 1
    for grouped in ("maker.name, count(*) {} GROUP BY maker.maker_id", "maker.name, count(*) {} GROUP BY boat.boat_id",
                    "boat.label, count(*) {} GROUP BY boat.label"):  # fmt: skip
        assert "undetermined" not in sense(context, f"SELECT {grouped.format(joined)}")


def test_a_year_is_no_key(context: Context) -> None:
    said = "How many races were there in 2024?"
    assert sense(context, "SELECT count(*) FROM race WHERE race_id = 2024", said)["period_as_key"] == 1
    assert "period_as_key" not in sense(context, "SELECT count(*) FROM race WHERE day >= '2024-01-01'", said)
    assert "period_as_key" not in sense(context, "SELECT count(*) FROM race WHERE race_id = 2024", "Show race 2024")


def test_all_taken_from_itself_is_nothing(context: Context) -> None:
    taken = "SELECT race_id FROM race EXCEPT SELECT race_id FROM"
    assert sense(context, f"{taken} race")["contradiction"] == 1
    assert "contradiction" not in sense(context, f"{taken} race WHERE place = 'Palma'")
    assert "contradiction" not in sense(context, f"{taken} entry")


def test_what_held_of_another_row_does_not_move_to_the_row_itself(context: Context) -> None:
    before = "SELECT label FROM boat WHERE maker_id IN (SELECT maker_id FROM boat WHERE label = 'Aurora')"
    assert sense(context, "SELECT count(*) FROM boat WHERE label = 'Aurora'", "How many?", before)["moved_out"] == 1
    kept = before.replace("SELECT label FROM boat WHERE m", "SELECT count(*) FROM boat WHERE m")
    assert "moved_out" not in sense(context, kept, "How many?", before)


def test_a_table_is_shown_by_what_its_rows_are_called(context: Context) -> None:
    assert sense(context, "SELECT country FROM maker", "Which makers are there?")["other_display"] == 1
    for shown in ("name", "name, country", "count(*)"):
        assert "other_display" not in sense(context, f"SELECT {shown} FROM maker", "Which makers are there?")
    assert "other_display" not in sense(context, "SELECT country FROM maker", "Which country is each maker from?")


def test_rows_that_are_told_apart_by_a_column_are_not_counted_by_it(context: Context) -> None:
    assert sense(context, "SELECT label FROM boat GROUP BY boat_id HAVING count(*) > 1")["counts_itself"] == 1
    assert "counts_itself" not in sense(context, "SELECT maker_id, count(*) FROM boat GROUP BY maker_id")


def test_times_are_neither_summed_nor_held_against_numbers(context: Context) -> None:
    assert sense(context, "SELECT avg(day) FROM race")["time_as_number"] == 1
    assert sense(context, "SELECT place FROM race WHERE day > 60")["time_as_number"] == 1
    assert "time_as_number" not in sense(context, "SELECT place FROM race WHERE day > '2024-01-01'")


def test_conditions_of_the_turn_before_stay_tied_as_they_were(context: Context) -> None:
    before = (
        "SELECT boat.label FROM boat JOIN entry ON entry.boat_id = boat.boat_id JOIN race ON entry.race_id = race.race_id "
        "WHERE race.place = 'Rome'"
    )
    other = "SELECT boat.label FROM boat JOIN race ON boat.boat_id = race.race_id WHERE race.place = 'Rome'"
    assert sense(context, other, before=before)["another_way"] == 1
    assert "another_way" not in sense(context, before.replace("label", "length"), before=before)
    assert "another_way" not in sense(context, "SELECT place FROM race WHERE place = 'Rome'", before=before)
