"""How a plan follows the move of a turn."""

from __future__ import annotations

from pathlib import Path

import pytest

from nodes.compact.plan_parts import PlanParts
from nodes.compact.ranking.features.moves import MoveFeatures
from nodes.coverage.demand import Demand
from nodes.lexical.evidence import Evidence
from nodes.node import Context
from nodes.sql.to_plan import to_plan
from nodes.state import GraphState, Turn
from tests.nodes.sql.regatta import open_regatta

ALL = "SELECT label FROM boat"
LONG = "SELECT label FROM boat WHERE length > 12"
BOTH = "SELECT label FROM boat WHERE length > 12 AND label LIKE 'S%'"


@pytest.fixture
def context(tmp_path: Path) -> Context:
    database = open_regatta(tmp_path)
    return Context(schema=database.schema, database=database)


def fired(context: Context, utterance: str, sql: str, *before: str) -> set[str]:
    history = tuple(Turn(utterance="Before", sql=each) for each in before)
    state = GraphState(turn_id="0:0", database_id="regatta", utterance=utterance, history=history)
    evidence = Evidence.of(state, context)
    moves = MoveFeatures(Demand.of(state, context, evidence), evidence.turn.earlier_plans)
    return {name for name, value in moves.of(PlanParts(to_plan(sql, context.schema))).items() if value}


@pytest.mark.parametrize(
    ("utterance", "good", "bad", "feature"),
    [
        ("Only those longer than 12", LONG, "SELECT length FROM boat WHERE length > 12", "chooses_other_shown"),
        ("Thanks. The ones with a length over 12, please.", LONG, "SELECT length FROM boat WHERE length > 12", "chooses_other_shown"),
        ("Just those with a length over 12", LONG, ALL, "chooses_nothing_new"),
        ("Also show the length", "SELECT label, length FROM boat", "SELECT length FROM boat", "adds_shown_lost"),
        ("Their length as well, please", "SELECT label, length FROM boat", ALL, "adds_nothing_shown"),
    ],
)  # fmt: skip
def test_a_move_tells_plans_apart(context: Context, utterance: str, good: str, bad: str, feature: str) -> None:
    assert feature not in fired(context, utterance, good, ALL)
    assert feature in fired(context, utterance, bad, ALL)


@pytest.mark.parametrize("utterance", ["Undo that.", "OK. Scratch that, back to the one before."])
def test_what_is_taken_back_is_the_plan_before_the_last(context: Context, utterance: str) -> None:
    assert "goes_elsewhere" not in fired(context, utterance, LONG, ALL, LONG, BOTH)
    assert "goes_elsewhere" in fired(context, utterance, BOTH, ALL, LONG, BOTH)


@pytest.mark.parametrize("utterance", ["Back to the first list.", "Show me what I asked first."])
def test_the_first_list_is_the_first_plan(context: Context, utterance: str) -> None:
    assert "goes_elsewhere" not in fired(context, utterance, ALL, ALL, LONG, BOTH)
    assert "goes_elsewhere" in fired(context, utterance, LONG, ALL, LONG, BOTH)


def test_conditions_are_not_kept_for_a_new_subject_nor_turned_for_nothing(context: Context) -> None:
    assert "leaves_filters_held" in fired(context, "Something else: which boats are there?", LONG, LONG)
    assert "leaves_filters_held" not in fired(context, "Which boats are there?", LONG, LONG)
    turned = "SELECT count(*) FROM boat WHERE label != 'Swift'"
    assert "turned_filter" in fired(
        context, "How many are there?", turned, "SELECT label FROM boat WHERE label = 'Swift'"
    )
    assert "turned_filter" not in fired(context, "Not those", turned, "SELECT label FROM boat WHERE label = 'Swift'")


def test_a_first_turn_makes_no_move(context: Context) -> None:
    assert not fired(context, "Undo that.", ALL)
