"""How far a plan does what the words ask for."""

from __future__ import annotations

from pathlib import Path

import pytest

from nodes.compact.plan_parts import PlanParts
from nodes.compact.ranking.features.coverage import CoverageFeatures
from nodes.lexical.evidence import Evidence
from nodes.node import Context
from nodes.sql.to_plan import to_plan
from nodes.state import GraphState
from tests.nodes.sql.regatta import open_regatta
from value_index.linear_model import Features


@pytest.fixture
def context(tmp_path: Path) -> Context:
    database = open_regatta(tmp_path)
    return Context(schema=database.schema, database=database)


def coverage(context: Context, utterance: str, sql: str) -> Features:
    state = GraphState(turn_id="0:0", database_id="regatta", utterance=utterance, history=())
    found = CoverageFeatures(Evidence.of(state, context)).of(PlanParts(to_plan(sql, context.schema)))
    return {name: value for name, value in found.items() if value}


def test_a_count_is_shown_where_it_is_asked(context: Context) -> None:
    asked = "How many boats are there?"
    assert "count_asked_shown" in coverage(context, asked, "SELECT count(*) FROM boat")
    assert "count_asked_none" in coverage(context, asked, "SELECT label FROM boat")
    assert "count_shown_not_asked" in coverage(context, "Show the boats", "SELECT count(*) FROM boat")


def test_a_superlative_wants_an_order(context: Context) -> None:
    asked = "Which boat has the greatest length?"
    assert "superlative_ignored" in coverage(context, asked, "SELECT label FROM boat")
    ranked = coverage(context, asked, "SELECT label FROM boat ORDER BY length DESC LIMIT 1")
    assert "superlative_ignored" not in ranked and ranked["limited"] == 1


def test_numbers_and_columns_that_are_said_are_used(context: Context) -> None:
    asked = "Show the label of boats with a length over 12"
    good = coverage(context, asked, "SELECT label FROM boat WHERE length > 12")
    bad = coverage(context, asked, "SELECT * FROM boat WHERE length > 9")
    assert "numbers_unused" not in good and "literals_unsupported" not in good and "named_column_not_shown" not in good
    assert bad["numbers_unused"] == 1 and bad["literals_unsupported"] == 1 and bad["star"] == 1
