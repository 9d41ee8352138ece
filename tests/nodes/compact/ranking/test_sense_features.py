"""What can hardly be meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from nodes.compact.plan_parts import PlanParts
from nodes.compact.ranking.sense_features import SenseFeatures
from nodes.coverage.demand import Demand
from nodes.node import Context
from nodes.sql.to_plan import to_plan
from nodes.state import GraphState
from tests.nodes.sql.regatta import open_regatta
from value_index.linear_model import Features

KEYED = "SELECT label FROM boat JOIN maker ON boat.maker_id = maker.maker_id"


@pytest.fixture
def context(tmp_path: Path) -> Context:
    database = open_regatta(tmp_path)
    return Context(schema=database.schema, database=database)


def sense(context: Context, sql: str) -> Features:
    state = GraphState(turn_id="0:0", database_id="regatta", utterance="Which boats are there?", history=())
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
