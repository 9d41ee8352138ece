"""The latest answer changed by a person, in a thread that is kept."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from agent.answer import Answer
from agent.clarify import Doubt
from agent.config import Config
from agent.revision.plan_of_turn import RevisionError, plan_of
from agent.revision.revise import filters, other_readings, revise, take, without
from agent.session import Session, open_session
from nodes.node import Context, Variant
from nodes.plan import ColumnTerm, LiteralTerm, Plan, TableSource
from nodes.sql.to_plan import to_plan
from nodes.sql_generation import Candidates, Guided
from nodes.state import STAGES, Turn


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "conversations.sqlite"


def within(config: Config, context: Context, store: Path, talk: Callable[[Session], Awaitable[Any]]) -> Any:
    async def run() -> Any:
        async with open_session(config, context, store=store, thread="t") as session:
            return await talk(session)

    return asyncio.run(run())


async def asked(session: Session, *questions: str) -> Answer:
    given = [await session.ask(question) for question in questions]
    return given[-1]


def rows(answer: Answer) -> list[Any]:
    assert answer.result is not None
    return [cell for row in answer.result.rows for cell in row]


def limited(session: Session) -> Plan:
    plan = plan_of(session.state.sql if session.state else None, session.context.schema)
    assert plan is not None
    return plan.model_copy(update={"limit": 1})


def test_an_edited_plan_takes_the_turn_s_place_and_runs_the_last_stages_alone(
    config: Config, context: Context, store: Path
) -> None:
    async def talk(session: Session) -> Answer:
        first = await asked(session, "all")
        given = await revise(session, limited(session))
        assert first.state.trace[:4] == given.state.trace[:4]
        assert [run.stage for run in given.state.trace] == list(STAGES)
        return given

    given = within(config, context, store, talk)
    assert rows(given) == ["lamp"] and given.state.plan_given and given.unused == ()

    async def again(session: Session) -> None:
        assert session.state == given.state
        assert [(turn.utterance, turn.sql) for turn in session.turns] == [("all", "SELECT name FROM item LIMIT 1")]
        latest = await session.latest()
        assert latest and rows(latest) == ["lamp"]
        follows = await asked(session, "dear")
        assert follows.state.history == (Turn(utterance="all", sql=given.state.sql or ""),)
        assert not follows.state.plan_given
        await session.undo()
        assert session.state == given.state
        await session.undo()
        assert session.turns == ()

    within(config, context, store, again)


BAD_PLANS = {
    "shows no column": Plan(tables=(TableSource(table="item"),)),
    "no table 'oddity'": Plan(
        select=(ColumnTerm(table="oddity", column="name"),), tables=(TableSource(table="oddity"),)
    ),
    "no column": Plan(select=(ColumnTerm(table="item", column="oddity"),), tables=(TableSource(table="item"),)),
}


@pytest.mark.parametrize(("told", "plan"), BAD_PLANS.items())
def test_a_plan_that_cannot_be_answered_leaves_the_answer(
    config: Config, context: Context, store: Path, told: str, plan: Plan
) -> None:
    async def talk(session: Session) -> None:
        before = (await asked(session, "all")).state
        with pytest.raises(RevisionError, match=r"^[^\n]+$") as refused:
            await revise(session, plan)
        assert session.state == before and told in str(refused.value)

    within(config, context, store, talk)


def test_filters_say_which_question_brought_them(config: Config, context: Context, store: Path) -> None:
    async def talk(session: Session) -> Any:
        assert filters(session) == ()
        await asked(session, "all", "dear", "dear lamps")
        return filters(session)

    price, name = within(config, context, store, talk)
    assert (price.text, price.from_turn, price.operator, price.values) == ("item.price > 20", 2, ">", (20,))
    assert (name.text, name.from_turn, str(name.column)) == ("item.name = 'lamp'", 3, "item.name")


def test_a_filter_taken_off(config: Config, context: Context, store: Path) -> None:
    async def talk(session: Session) -> Answer:
        await asked(session, "dear", "dear lamps")
        given = await without(session, 1)
        assert [each.text for each in filters(session)] == ["item.price > 20"]
        with pytest.raises(RevisionError, match="no filter 2: there is 1 filter in force"):
            await without(session, 1)
        return given

    assert rows(within(config, context, store, talk)) == ["lamp", "chair"]


def test_readings_give_other_rows_and_can_be_exchanged(config: Config, context: Context, store: Path) -> None:
    async def talk(session: Session) -> None:
        assert await other_readings(session) == ()
        first = await asked(session, "dear")
        (found,) = await other_readings(session, first)
        assert (found.text, found.confidence) == ("where item.price < 20", 0.5)
        assert rows(await take(session, 0)) == [None]
        (back,) = await other_readings(session)
        assert back.sql == first.state.sql
        assert rows(await take(session, 0)) == rows(first)
        with pytest.raises(RevisionError, match="no reading 2: there is 1 other reading"):
            await take(session, 1)

    within(config, context, store, talk)


def test_of_readings_with_equal_rows_there_is_one(config: Config, context: Context, store: Path) -> None:
    async def talk(session: Session) -> list[str]:
        return [each.sql for each in await other_readings(session, await asked(session, "all"))]

    assert within(config, context, store, talk) == ["SELECT price FROM item"]


@pytest.mark.parametrize("change", [lambda s: revise(s, Plan()), lambda s: without(s, 0), lambda s: take(s, 0)])
def test_nothing_to_change_is_one_line(config: Config, context: Context, store: Path, change: Any) -> None:
    async def talk(session: Session) -> None:
        with pytest.raises(RevisionError, match="ask a question first"):
            await change(session)
        assert await session.latest() is None

    within(config, context, store, talk)


@pytest.mark.parametrize("writer", [Guided(), Candidates(below=0.0)], ids=["guided", "candidates"])
def test_no_variant_writes_anything_but_the_given_plan(
    config: Config, context: Context, store: Path, writer: Variant
) -> None:
    asks = Config(variants=config.variants, settings={**config.settings, "sql_generation": writer})

    async def talk(session: Session) -> Answer:
        await asked(session, "dear")
        plan = to_plan("SELECT name FROM item WHERE price > 9000", session.context.schema)
        return await revise(session, plan)

    given = within(asks, context, store, talk)
    assert given.state.sql == "SELECT name FROM item WHERE price > 9000" and rows(given) == []


def test_a_value_of_an_edited_plan_is_a_value_and_no_sql(config: Config, context: Context, store: Path) -> None:
    async def talk(session: Session) -> Answer:
        await asked(session, "dear lamps")
        plan = plan_of("SELECT name FROM item WHERE name = 'lamp'", session.context.schema)
        assert plan and plan.where and plan.where.kind == "predicate"
        where = plan.where.model_copy(update={"right": (LiteralTerm(value="x' OR '1'='1"),)})
        return await revise(session, plan.model_copy(update={"where": where}))

    assert rows(within(config, context, store, talk)) == []


def test_a_question_back_may_be_awaited(config: Config, context: Context, store: Path) -> None:
    doubtful = config.model_copy(update={"clarify": config.clarify.model_copy(update={"below": 0.9, "margin": 2.0})})

    async def second(doubt: Doubt) -> int:
        await asyncio.sleep(0)
        return 1

    async def talk(session: Session) -> Answer:
        return await session.ask("dear", choose=second)

    assert rows(within(doubtful, context, store, talk)) == [None]
