"""Cues that a plan leaves unheeded or invents."""

from __future__ import annotations

from pathlib import Path

import pytest

from nodes.compact.plan_parts import PlanParts
from nodes.compact.ranking.features.cues import CueFeatures
from nodes.lexical.evidence import Evidence
from nodes.node import Context
from nodes.sql.to_plan import to_plan
from nodes.state import GraphState, Turn
from tests.nodes.sql.regatta import open_regatta


@pytest.fixture
def context(tmp_path: Path) -> Context:
    database = open_regatta(tmp_path)
    return Context(schema=database.schema, database=database)


def fired(context: Context, utterance: str, sql: str, before: str = "") -> set[str]:
    history = (Turn(utterance="Before", sql=before),) if before else ()
    state = GraphState(turn_id="0:0", database_id="regatta", utterance=utterance, history=history)
    found = CueFeatures(Evidence.of(state, context)).of(PlanParts(to_plan(sql, context.schema)))
    return {name for name, value in found.items() if value}


LONG = "SELECT label FROM boat WHERE length > 12"
ALL = "SELECT label FROM boat"


@pytest.mark.parametrize(
    ("utterance", "good", "bad", "feature"),
    [
        ("Which boats are not over 12?", "SELECT label FROM boat WHERE label != 'x'", ALL, "denial_ignored"),
        ("Which boats are there?", ALL, "SELECT label FROM boat WHERE label != 'x'", "denial_unsupported"),
        ("What is the average length?", "SELECT avg(length) FROM boat", "SELECT length FROM boat", "average_ignored"),
        ("What is the length?", "SELECT length FROM boat", "SELECT avg(length) FROM boat", "average_unsupported"),
        ("Show the maximum", "SELECT max(length) FROM boat", "SELECT max(label) FROM boat", "extreme_of_text"),
        ("Labels for each length", "SELECT length, count(*) FROM boat GROUP BY length", ALL, "group_asked_none"),
        ("Show the different labels", "SELECT DISTINCT label FROM boat", ALL, "distinct_asked_none"),
        ("Labels sorted by length", "SELECT label FROM boat ORDER BY length", ALL, "order_asked_none"),
        (
            "Which boat has the greatest length?",
            "SELECT label FROM boat ORDER BY length DESC LIMIT 1",
            "SELECT label FROM boat ORDER BY length LIMIT 1",
            "order_inverted",
        ),
        ("Boats longer than 12", LONG, "SELECT label FROM boat WHERE length < 12", "comparison_inverted"),
        ("Boats longer than 12", LONG, ALL, "comparison_ignored"),
        ("Show label and length of the boats", "SELECT label, length FROM boat", ALL, "fewer_shown_than_named"),
        ("Show the label of the boats", ALL, "SELECT * FROM boat", "star_though_named"),
    ],
)
def test_a_cue_tells_plans_apart(context: Context, utterance: str, good: str, bad: str, feature: str) -> None:
    assert feature not in fired(context, utterance, good)
    assert feature in fired(context, utterance, bad)


def test_words_that_point_back_keep_the_filters(context: Context) -> None:
    asked = "Show the label of those"
    assert "points_back_filters_lost" in fired(context, asked, ALL, LONG)
    assert "points_back_filters_lost" not in fired(context, asked, LONG, LONG)
