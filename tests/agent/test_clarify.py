"""Asking back: only where two readings are close, through a stop of the graph, and the choice is what is answered."""

from __future__ import annotations

import asyncio
import io
from pathlib import Path

import pytest
from rich.console import Console

from agent.chat import chat
from agent.clarify import Doubt, differences, doubt, preferred
from agent.config import ClarifySettings, Config
from agent.session import open_session
from nodes.node import Context, Variant
from nodes.plan import Aggregate, ColumnTerm, Plan, Star, TableSource
from nodes.sql_generation import Compiler
from nodes.state import GraphState, ScoredPlan

ITEM = TableSource(table="item")
NAMES = Plan(select=(ColumnTerm(table="item", column="name"),), tables=(ITEM,))
COUNT = Plan(select=(Aggregate(function="count", argument=Star()),), tables=(ITEM,))
SETTINGS = ClarifySettings(below=0.4, margin=0.5)


def plans(confidence: float | None, second: float = 0.9) -> tuple[ScoredPlan, ...]:
    return (ScoredPlan(plan=NAMES, score=1.0, confidence=confidence), ScoredPlan(plan=COUNT, score=second))


class Torn(Variant):
    async def __call__(self, state: GraphState, context: Context) -> tuple[ScoredPlan, ...]:
        return plans(0.3)


@pytest.mark.parametrize(("given", "asks"), [
    (plans(0.3), True), (plans(0.6), False), (plans(None), False), (plans(0.3, second=0.2), False), (plans(0.3)[:1], False),
])  # fmt: skip
def test_asks_only_where_the_first_is_unsure_and_the_second_close(given: tuple[ScoredPlan, ...], asks: bool) -> None:
    assert (doubt(given, SETTINGS) is not None) == asks


def test_names_what_sets_two_readings_apart() -> None:
    assert differences(NAMES, COUNT) == ("select item.name", "select count(*)")
    limited = NAMES.model_copy(update={"limit": 1})
    assert differences(NAMES, limited) == ("no limit", "limit 1")


def test_the_choice_comes_first() -> None:
    assert [each.plan for each in preferred(plans(0.3), 1)] == [COUNT, NAMES]
    assert preferred(plans(0.3), 0) == plans(0.3)


@pytest.mark.parametrize(("answer", "sql"), [("2", "SELECT count(*) FROM item"), ("", "SELECT name FROM item")])
def test_chat_asks_and_answers_what_was_chosen(
    skip: Config, context: Context, tmp_path: Path, answer: str, sql: str
) -> None:
    settings = {**skip.settings, "plan_emission": Torn(), "sql_generation": Compiler()}
    config = Config(variants=skip.variants, settings=settings, clarify=SETTINGS)
    out = io.StringIO()

    async def run() -> list[str]:
        async with open_session(config, context, store=tmp_path / "s.sqlite", thread="t") as session:
            await chat(session, iter(["how many?", answer]), Console(file=out, width=200), ask_back=True)
            return [turn.sql for turn in session.turns]

    assert [text.lower() for text in asyncio.run(run())] == [sql.lower()]
    assert "Which is meant?" in out.getvalue() and "2  select count(*)" in out.getvalue()


def test_a_pipe_is_never_asked(skip: Config, context: Context, tmp_path: Path) -> None:
    settings = {**skip.settings, "plan_emission": Torn(), "sql_generation": Compiler()}
    config = Config(variants=skip.variants, settings=settings, clarify=SETTINGS)

    async def run() -> int:
        async with open_session(config, context, store=tmp_path / "s.sqlite", thread="t") as session:
            await chat(session, iter(["how many?", "names?"]), Console(file=io.StringIO()))
            return len(session.turns)

    assert asyncio.run(run()) == 2


def test_a_doubt_is_kept_as_plain_values() -> None:
    asked = doubt(plans(0.3), SETTINGS)
    assert asked and Doubt.model_validate(asked.model_dump()) == asked
