"""The short prompt of `sees = "plan"`: the plan and what it names, nothing else."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from nodes.llm.endpoint import Endpoint
from nodes.llm.messages import Prompt, Reply
from nodes.node import Context
from nodes.plan import ColumnTerm, Plan, TableSource
from nodes.sql_generation import Llm, plan_messages
from nodes.state import Attempt, GraphState, ScoredPlan, Stage, Violation
from tests.nodes.sql.regatta import open_regatta


@dataclass
class Writes:
    """Answers every prompt alike and keeps them."""

    asked: list[Prompt] = field(default_factory=list[Prompt])
    endpoint: Endpoint = field(default_factory=lambda: Endpoint(base_url="http://localhost/v1", model="m"))

    async def complete(self, prompt: Prompt, *, turn_id: str, stage: Stage) -> Reply:
        self.asked.append(prompt)
        return Reply(text="SELECT 1")


def plan(table: str, column: str) -> Plan:
    return Plan(select=(ColumnTerm(table=table, column=column),), tables=(TableSource(table=table),))


@pytest.fixture
def context(tmp_path: Path) -> Context:
    database = open_regatta(tmp_path)
    return Context(schema=database.schema, database=database, llm=Writes())


def state(*plans: Plan, attempts: tuple[Attempt, ...] = ()) -> GraphState:
    scored = tuple(ScoredPlan(plan=one, score=1.0) for one in plans)
    return GraphState(turn_id="0:0", database_id="regatta", utterance="secret?", plans=scored, attempts=attempts)


def test_the_prompt_is_the_plan(context: Context) -> None:
    _, user = plan_messages(plan("boat", "label"), context.schema).messages
    assert user.content == "select label\nfrom boat"


def test_tables_that_a_column_needs_are_joined_by_their_keys(context: Context) -> None:
    columns = (*plan("boat", "label").select, *plan("maker", "name").select)
    both = plan("boat", "label").model_copy(update={"select": columns})
    _, user = plan_messages(both, context.schema).messages
    assert user.content.splitlines() == [
        "select T1.label, T2.name",
        "from boat T1, maker T2 on T1.maker_id = T2.maker_id",
    ]


def test_after_an_error_the_next_plan_is_written(context: Context) -> None:
    failed = Attempt(sql="x", violations=(Violation(kind="syntax", severity="error", message="no"),))
    given = state(plan("boat", "label"), plan("maker", "name"), attempts=(failed,))
    assert asyncio.run(Llm(sees="plan")(given, context)) == "SELECT 1"
    assert isinstance(context.llm, Writes)
    (asked,) = context.llm.asked
    assert "from maker" in asked.messages[1].content and "secret" not in asked.messages[1].content


def test_without_a_plan_nothing_is_asked(context: Context) -> None:
    assert asyncio.run(Llm(sees="plan")(state(Plan()), context)) == ""
    assert isinstance(context.llm, Writes) and not context.llm.asked
