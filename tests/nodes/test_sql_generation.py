"""The compiler: the best plan, its repair, the next plan, and an end."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from nodes.node import Context
from nodes.plan import ColumnTerm, Plan, TableSource
from nodes.schema_validation import Sqlglot
from nodes.sql_generation import Compiler
from nodes.state import Attempt, GraphState, ScoredPlan, Violation
from tests.nodes.sql.regatta import open_regatta


@pytest.fixture
def context(tmp_path: Path) -> Context:
    database = open_regatta(tmp_path)
    return Context(schema=database.schema, database=database)


def plan(table: str, column: str) -> Plan:
    return Plan(select=(ColumnTerm(table=table, column=column),), tables=(TableSource(table=table),))


def state(*plans: Plan, attempts: tuple[Attempt, ...] = ()) -> GraphState:
    scored = tuple(ScoredPlan(plan=plan, score=1 / (rank + 1)) for rank, plan in enumerate(plans))
    return GraphState(turn_id="0:0", database_id="regatta", utterance="?", plans=scored, attempts=attempts)


def answers(context: Context, *plans: Plan, most: int = 5) -> list[str]:
    """Run the two nodes as the graph does, until nothing is in error or nothing new is written."""
    attempts: tuple[Attempt, ...] = ()
    while len(attempts) < most:
        sql = asyncio.run(Compiler()(state(*plans, attempts=attempts), context))
        if any(attempt.sql == sql for attempt in attempts):
            break
        written = state(*plans).model_copy(update={"sql": sql})
        attempts = (*attempts, asyncio.run(Sqlglot()(written, context)))
        if not attempts[-1].failed:
            break
    return [attempt.sql for attempt in attempts]


def test_compiles_the_first_plan(context: Context) -> None:
    assert answers(context, plan("boat", "label"), plan("maker", "name")) == ["SELECT label FROM boat"]


def test_repairs_before_it_takes_the_next_plan(context: Context) -> None:
    given = (plan("boat", "lable"), plan("maker", "name"))
    assert answers(context, *given) == ["SELECT lable FROM boat", "SELECT label FROM boat"]


def test_takes_the_next_plan_where_nothing_can_be_repaired(context: Context) -> None:
    refused = Attempt(
        sql="SELECT label FROM boat", violations=(Violation(kind="syntax", severity="error", message="refused"),)
    )
    given = state(plan("boat", "label"), plan("maker", "name"), attempts=(refused,))
    assert asyncio.run(Compiler()(given, context)) == "SELECT name FROM maker"


def test_gives_the_same_sql_when_nothing_is_left(context: Context) -> None:
    refused = Attempt(
        sql="SELECT label FROM boat", violations=(Violation(kind="syntax", severity="error", message="refused"),)
    )
    given = state(plan("boat", "label"), attempts=(refused,))
    assert asyncio.run(Compiler()(given, context)) == refused.sql


@pytest.mark.parametrize("plans", [(), (Plan(),)], ids=["no plan", "empty plan"])
def test_writes_nothing_from_nothing(plans: tuple[Plan, ...], context: Context) -> None:
    assert answers(context, *plans) == [""]


def test_a_plan_that_cannot_be_written_gives_way_to_the_next(context: Context) -> None:
    unwritable = Plan(select=(ColumnTerm(table="nowhere", column="x"),), tables=(TableSource(table="boat"),))
    assert answers(context, unwritable, plan("maker", "name")) == ["SELECT name FROM maker"]
