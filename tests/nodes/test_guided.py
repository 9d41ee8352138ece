"""The guided generator: a plan without rows gives way to one with rows that is close, and to no other."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from nodes.node import Context
from nodes.plan import ColumnTerm, LiteralTerm, Plan, Predicate, TableSource
from nodes.sql_generation import Guided
from nodes.state import GraphState, ScoredPlan
from tests.nodes.sql.regatta import open_regatta


@pytest.fixture
def context(tmp_path: Path) -> Context:
    database = open_regatta(tmp_path)
    return Context(schema=database.schema, database=database)


def plan(table: str, column: str, value: str | None = None) -> Plan:
    term = ColumnTerm(table=table, column=column)
    where = Predicate(left=term, operator="=", right=(LiteralTerm(value=value),)) if value else None
    return Plan(select=(term,), tables=(TableSource(table=table),), where=where)


EMPTY, FULL, BROKEN = plan("boat", "label", "no such boat"), plan("maker", "name"), plan("nowhere", "x")


def generated(context: Context, node: Guided, *plans: tuple[Plan, float]) -> str:
    scored = tuple(ScoredPlan(plan=each, score=score) for each, score in plans)
    state = GraphState(turn_id="0:0", database_id="regatta", utterance="?", plans=scored)
    return asyncio.run(node(state, context))


def test_rows_win_where_the_scores_are_close(context: Context) -> None:
    assert generated(context, Guided(empty=1.0), (EMPTY, 2.0), (FULL, 1.5)) == "SELECT name FROM maker"


def test_no_rows_may_be_the_answer(context: Context) -> None:
    assert "no such boat" in generated(context, Guided(empty=1.0), (EMPTY, 3.0), (FULL, 1.5))
    assert "no such boat" in generated(context, Guided(empty=0.0), (EMPTY, 2.0), (FULL, 1.5))


def test_a_plan_that_does_not_run_comes_last(context: Context) -> None:
    assert generated(context, Guided(), (BROKEN, 9.0), (FULL, 0.0)) == "SELECT name FROM maker"


def test_only_so_many_plans_are_run(context: Context) -> None:
    assert "no such boat" in generated(context, Guided(plans=1), (EMPTY, 2.0), (FULL, 1.5))
