"""Numbers, names and "or" as the utterance says them."""

from __future__ import annotations

from pathlib import Path

import pytest

from nodes.compact.plan_parts import PlanParts
from nodes.compact.ranking.features.wording import WordingFeatures
from nodes.coverage.demand import Demand
from nodes.node import Context
from nodes.sql.to_plan import to_plan
from nodes.state import GraphState
from tests.nodes.sql.regatta import open_regatta


@pytest.fixture
def context(tmp_path: Path) -> Context:
    database = open_regatta(tmp_path)
    return Context(schema=database.schema, database=database)


def fired(context: Context, utterance: str, sql: str) -> set[str]:
    state = GraphState(turn_id="0:0", database_id="regatta", utterance=utterance, history=())
    wording = WordingFeatures(Demand.of(state, context))
    return {name for name, value in wording.of(PlanParts(to_plan(sql, context.schema))).items() if value}


ALL = "SELECT label FROM boat"
FOUR = "SELECT label FROM boat ORDER BY length DESC LIMIT 4"
ONE = "SELECT label FROM boat ORDER BY length DESC LIMIT 1"
EITHER = "SELECT label FROM boat WHERE length < 9 OR length > 12"


@pytest.mark.parametrize(
    ("utterance", "good", "bad", "feature"),
    [
        ("Boats with a length of at least twelve", "SELECT label FROM boat WHERE length >= 12",
         "SELECT label FROM boat WHERE length >= 2", "invented_number"),
        ("Boats with a length of at least twelve", "SELECT label FROM boat WHERE length >= 12", ALL, "said_number_unused"),
        ("The 4 boats with the greatest length", FOUR, ONE, "rank_number_differs"),
        ("Boats shorter than 9 or longer than 12", EITHER, "SELECT label FROM boat WHERE length < 9", "either_ignored"),
        ("Boats shorter than 9", "SELECT label FROM boat WHERE length < 9", EITHER, "either_unasked"),
        ("The label of the boat of length 9", "SELECT label FROM boat WHERE length = 9",
         "SELECT length FROM boat WHERE length = 9", "shows_fixed"),
        ("The length of each boat", "SELECT length FROM boat", ALL, "head_words_missed"),
    ],
)  # fmt: skip
def test_the_wording_tells_plans_apart(context: Context, utterance: str, good: str, bad: str, feature: str) -> None:
    assert feature not in fired(context, utterance, good)
    assert feature in fired(context, utterance, bad)


def test_things_that_are_asked_for_are_no_figures(context: Context) -> None:
    assert "counts_asked_which" in fired(context, "Which of them are long?", "SELECT count(*) FROM boat")
    assert "counts_asked_which" not in fired(context, "How many of them are long?", "SELECT count(*) FROM boat")
    assert "extreme_of_thing" in fired(context, "What is the longest boat?", "SELECT max(length) FROM boat")
    assert "extreme_of_thing" not in fired(
        context, "What is the highest length of a boat?", "SELECT max(length) FROM boat"
    )


def test_what_is_asked_for_first_is_shown(context: Context) -> None:
    joined = "FROM boat JOIN maker ON boat.maker_id = maker.maker_id"
    assert "asked_thing_not_shown" in fired(context, "Which makers are there?", f"SELECT boat.label {joined}")
    assert "asked_thing_not_shown" not in fired(context, "Which makers are there?", f"SELECT maker.name {joined}")
