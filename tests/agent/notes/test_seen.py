"""What the rows of other plans say of an answer: how sure it is, and the plan that comes close and gives other rows."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from agent.config import ExecutionSettings
from agent.notes.rivals import FAR
from agent.notes.seen import Seen
from nodes.node import Context
from nodes.plan import ColumnTerm, LiteralTerm, Ordering, Plan, Predicate, TableSource
from nodes.sql.from_plan import from_plan
from nodes.state import GraphState, ScoredPlan, Turn
from value_index.knowledge.store import Knowledge, VerifiedQuestion
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


def seen(context: Context, state: GraphState, max_rows: int = 10) -> Seen | None:
    result = context.database.execute(state.sql or "", max_rows=max_rows)
    return Seen.of(state, result, context, ExecutionSettings())


def told(context: Context, state: GraphState) -> str | None:
    found = seen(context, state)
    return found.other_reading.difference if found and found.other_reading else None


def sure(context: Context, *plans: tuple[Plan, float], confidence: float = 0.7, said: str = "Which shops?") -> float:
    state = answered(context, *plans, confidence=confidence).model_copy(update={"utterance": said})
    found = seen(context, state)
    assert found is not None
    return found.confidence


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
    assert told(context, answered(context, (ALL, 3.0), (KIEL, 2.9 - FAR), confidence=0.1)) is None
    assert told(context, answered(context, (ALL, 3.0), (KIEL, 2.5), confidence=0.9)) is None
    assert told(context, answered(context, (ALL, 3.0), (KIEL, 1.0), confidence=0.1)) is not None


def test_plans_with_the_same_rows_speak_for_an_answer_and_others_against_it(context: Context) -> None:
    alone = sure(context, (ALL, 3.0))
    assert sure(context, (ALL, 3.0), (KIEL, 2.9)) < sure(context, (ALL, 3.0), (ORDERED, 2.9), (KIEL, 2.9)) < alone
    assert sure(context, (ALL, 3.0), (KIEL, 2.9)) < sure(context, (ALL, 3.0), (KIEL, 1.0))
    assert sure(context, (ALL, 3.0), confidence=0.4) < alone < sure(context, (ALL, 3.0), confidence=0.9)


def test_no_rows_or_nothing_but_null_make_an_answer_less_sure(context: Context) -> None:
    nowhere = KIEL.model_copy(update={"where": Predicate(left=TOWN, operator="=", right=(LiteralTerm(value="Ulm"),))})
    assert sure(context, (nowhere, 3.0)) < sure(context, (KIEL, 3.0))


@pytest.mark.parametrize(
    ("before", "again"),
    [
        ("SELECT name FROM shop", True),
        ("select T1.name from shop as T1", True),
        ("SELECT name FROM shop WHERE town = 'Kiel'", False),
        ("SELECT town FROM shop", False),
        ("", False),
    ],
)
def test_the_query_of_the_turn_before_once_more_is_told(context: Context, before: str, again: bool) -> None:
    history = (Turn(utterance="Which shops are there?", sql=before),) if before else ()
    found = seen(context, answered(context, (ALL, 3.0), (KIEL, 0.0)).model_copy(update={"history": history}))
    assert found is not None and found.again is again


def test_nothing_is_seen_of_another_answer_or_of_cut_rows(context: Context) -> None:
    state = answered(context, (ALL, 3.0), (KIEL, 2.5))
    assert seen(context, state.model_copy(update={"sql": "SELECT 1"})) is None
    assert seen(context, state, max_rows=1) is None
    assert seen(context, answered(context, (ALL, 3.0), (KIEL, 2.5), confidence=None)) is None
    assert told(context, answered(context, (ALL, 3.0))) is None


def test_nothing_is_said_against_a_plan_that_somebody_checked(context: Context) -> None:
    checked = Knowledge(questions=(VerifiedQuestion(question="Which shops?", sql="SELECT name FROM shop"),))
    state = answered(context, (ALL, 3.0), (KIEL, 3.0), confidence=0.98)
    assert seen(replace(context, knowledge=checked), state) is None


def test_all_of_them_together_take_no_longer_than_their_time(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent.notes.rivals.LONGEST", 0.0)
    found = seen(context, answered(context, (ALL, 3.0), (KIEL, 2.9)))
    assert found is not None and found.other_reading is None


def test_words_that_nothing_answers_to_make_an_answer_less_sure(context: Context) -> None:
    sures = [sure(context, (ALL, 3.0), said=f"Which {words}shops?") for words in ("", "trendy ", "trendy vegan ")]
    assert sures == sorted(sures, reverse=True) and len(set(sures)) == 3
