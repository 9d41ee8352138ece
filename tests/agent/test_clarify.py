"""Asking back: only where two readings are close, through a stop of the graph, and the choice is what is answered."""

from __future__ import annotations

import asyncio
import io
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from agent.ask_user import probabilities, told, worth_asking
from agent.chat import chat
from agent.clarify import Doubt, differences, preferred
from agent.config import ClarifySettings, Config
from agent.session import open_session
from nodes.node import Context, Variant
from nodes.plan import Aggregate, ColumnTerm, Plan, Star, TableSource
from nodes.sql_generation import Compiler
from nodes.state import Asked, GraphState, ScoredPlan

ITEM = TableSource(table="item")
NAMES = Plan(select=(ColumnTerm(table="item", column="name"),), tables=(ITEM,))
COUNT = Plan(select=(Aggregate(function="count", argument=Star()),), tables=(ITEM,))
SETTINGS = ClarifySettings(price=0.15, understood=0.3)


def plans(confidence: float | None, second: float = 0.9) -> tuple[ScoredPlan, ...]:
    return (ScoredPlan(plan=NAMES, score=1.0, confidence=confidence), ScoredPlan(plan=COUNT, score=second))


class Torn(Variant):
    async def __call__(self, state: GraphState, context: Context) -> tuple[ScoredPlan, ...]:
        return plans(0.3)


def asked_of(given: tuple[ScoredPlan, ...], context: Context, utterance: str = "item") -> Doubt | None:
    state = GraphState(turn_id="t", database_id="shop", utterance=utterance, plans=given)
    return worth_asking(state, context, SETTINGS)


@pytest.mark.parametrize(("given", "asks"), [
    (plans(0.3), True), (plans(0.95), False), (plans(None), False), (plans(0.3, second=-1.0), False), (plans(0.3)[:1], False),
])  # fmt: skip
def test_asks_only_where_the_answer_is_worth_more_than_the_question(
    context: Context, given: tuple[ScoredPlan, ...], asks: bool
) -> None:
    assert (asked_of(given, context) is not None) == asks


def test_the_price_of_the_moment_stands_before_the_configured_one(context: Context) -> None:
    assert asked_of(plans(0.6), replace(context, question_price=0.05))
    assert not asked_of(plans(0.3), replace(context, question_price=0.9))


def test_readings_with_the_same_rows_are_not_asked_about(context: Context) -> None:
    second = NAMES.model_copy(update={"limit": 1000})
    given = (ScoredPlan(plan=NAMES, score=1.0, confidence=0.4), ScoredPlan(plan=second, score=1.0))
    assert asked_of(given, context) is None


def test_words_that_nothing_explains_are_asked_about_once(context: Context) -> None:
    state = GraphState(turn_id="t", database_id="shop", utterance="name of the flimsy item", plans=plans(0.1)[:1])
    found = worth_asking(state, context, SETTINGS)
    assert found and found.about == "flimsy" and found.question == "What do you mean by 'flimsy'?"
    noted = state.model_copy(update={"asked": (Asked(question=found.question, about="flimsy", reply="cheap"),)})
    assert worth_asking(noted, context, SETTINGS.model_copy(update={"most": 9})) is None


def test_probabilities_leave_room_for_none_of_the_readings() -> None:
    assert probabilities(plans(0.3, second=1.0)) == [0.3, 0.3]
    assert probabilities(plans(0.8, second=1.0)) == [0.8, pytest.approx(0.1)]


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


def test_a_doubt_is_kept_as_plain_values(context: Context) -> None:
    asked = asked_of(plans(0.3), context)
    assert asked and Doubt.model_validate(asked.model_dump()) == asked


class Heedful(Variant):
    """One plan; surer of itself once the knowledge says what "flimsy" is."""

    async def __call__(self, state: GraphState, context: Context) -> tuple[ScoredPlan, ...]:
        known = context.knowledge.terms if context.knowledge else ()
        return (ScoredPlan(plan=COUNT if known else NAMES, score=1.0, confidence=0.9 if known else 0.1),)


def test_words_of_the_user_become_knowledge_and_the_turn_is_answered_anew(
    skip: Config, context: Context, tmp_path: Path
) -> None:
    settings = {**skip.settings, "plan_emission": Heedful(), "sql_generation": Compiler()}
    config = Config(variants=skip.variants, settings=settings, clarify=SETTINGS)
    out = io.StringIO()

    async def run() -> GraphState | None:
        async with open_session(config, context, store=tmp_path / "s.sqlite", thread="t") as session:
            await chat(session, iter(["flimsy item?", "price < 10"]), Console(file=out, width=200), ask_back=True)
            return session.state

    state = asyncio.run(run())
    assert state and state.sql and state.sql.lower() == "select count(*) from item"
    assert [(each.about, each.reply) for each in state.asked] == [("flimsy", "price < 10")]
    assert "What do you mean by 'flimsy'?" in out.getvalue()


@pytest.mark.parametrize("reply", ["Sorry, I can not answer that.", "no idea"])
def test_a_reply_that_explains_nothing_is_noted_and_no_more(context: Context, reply: str) -> None:
    state = GraphState(turn_id="t", database_id="shop", utterance="flimsy items?")
    known, after = told(Doubt(confidence=0.3, about="flimsy"), reply, context, state)
    assert known.knowledge == context.knowledge and after.utterance == state.utterance
    assert [each.reply for each in after.asked] == [reply]
    known, _ = told(Doubt(confidence=0.3, about="flimsy"), "not sure, maybe those where price < 10", context, state)
    assert known.knowledge and known.knowledge.terms
