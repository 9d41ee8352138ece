"""The plan that comes close and gives other rows."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from agent.config import ExecutionSettings
from agent.other_reading import CLOSE, other_reading
from nodes.node import Context
from nodes.plan import ColumnTerm, LiteralTerm, Ordering, Plan, Predicate, TableSource
from nodes.sql.from_plan import from_plan
from nodes.state import GraphState, ScoredPlan
from value_index.opened import opened

NAME, TOWN = ColumnTerm(table="shop", column="name"), ColumnTerm(table="shop", column="town")
ALL = Plan(select=(NAME,), tables=(TableSource(table="shop"),))
KIEL = ALL.model_copy(update={"where": Predicate(left=TOWN, operator="=", right=(LiteralTerm(value="Kiel"),))})
ORDERED = ALL.model_copy(update={"order_by": (Ordering(term=NAME),)})


@pytest.fixture
def context(tmp_path: Path) -> Context:
    path = tmp_path / "shops.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(
            "CREATE TABLE shop (name TEXT, town TEXT); INSERT INTO shop VALUES ('Nord', 'Kiel'), ('Ost', 'Bonn');"
        )
    database = opened([str(path)])
    return Context(database.schema, database)


def answered(context: Context, *plans: tuple[Plan, float], confidence: float | None = 0.5) -> GraphState:
    scored = tuple(
        ScoredPlan(plan=plan, score=score, confidence=None if rank else confidence)
        for rank, (plan, score) in enumerate(plans)
    )
    sql = from_plan(plans[0][0], context.schema)
    return GraphState(turn_id="0", database_id="shops", utterance="Which shops?", plans=scored, sql=sql)


def told(context: Context, state: GraphState, max_rows: int = 10) -> str | None:
    result = context.database.execute(state.sql or "", max_rows=max_rows)
    found = other_reading(state, result, context, ExecutionSettings())
    return found.difference if found else None


def test_a_close_plan_with_other_rows_is_told(context: Context) -> None:
    state = answered(context, (ALL, 3.0), (KIEL, 2.5))
    assert told(context, state) == "where shop.town = 'Kiel'"


def test_a_plan_with_the_same_rows_is_passed_over_for_the_next(context: Context) -> None:
    assert told(context, answered(context, (ALL, 3.0), (ORDERED, 2.9))) is None
    assert told(context, answered(context, (ALL, 3.0), (ORDERED, 2.9), (KIEL, 2.5))) == "where shop.town = 'Kiel'"


def test_a_plan_that_shows_a_column_less_is_passed_over(context: Context) -> None:
    both = ALL.model_copy(update={"select": (NAME, TOWN)})
    assert told(context, answered(context, (both, 3.0), (ALL, 2.9))) is None
    towns = ALL.model_copy(update={"select": (TOWN,)})
    assert told(context, answered(context, (ALL, 3.0), (towns, 2.9))) == "select shop.town"


def test_a_plan_far_behind_is_none_and_how_far_depends_on_the_confidence(context: Context) -> None:
    assert told(context, answered(context, (ALL, 3.0), (KIEL, 2.9 - CLOSE))) is None
    assert told(context, answered(context, (ALL, 3.0), (KIEL, 2.5), confidence=0.9)) is None
    assert told(context, answered(context, (ALL, 3.0), (KIEL, 2.9 - CLOSE), confidence=0.3)) is not None


def test_nothing_is_told_of_another_answer_or_of_cut_rows(context: Context) -> None:
    state = answered(context, (ALL, 3.0), (KIEL, 2.5))
    assert told(context, state.model_copy(update={"sql": "SELECT 1"})) is None
    assert told(context, state, max_rows=1) is None
    assert told(context, answered(context, (ALL, 3.0), (KIEL, 2.5), confidence=None)) is None
    assert told(context, answered(context, (ALL, 3.0))) is None
