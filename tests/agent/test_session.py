from __future__ import annotations

import asyncio
import logging
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer

from agent.answer import QuestionError
from agent.config import Config
from agent.session import Session, SessionError, open_session, open_store
from agent.storage.thread_lock import ThreadBusyError
from nodes.node import Context, Variant
from nodes.plan import ColumnTerm, Plan, TableSource
from nodes.state import GraphState, GroundedValue, ScoredPlan, Turn
from tests.agent.conftest import ROOT
from value_index.engines.sqlite.database import SQLiteDatabase
from value_index.schema import ColumnRef

NAME = ColumnRef(table="item", column="name")


class Ground(Variant):
    async def __call__(self, state: GraphState, context: Context) -> tuple[GroundedValue, ...]:
        return (GroundedValue(mention="lamp", column=NAME, value="lamp", score=0.9, runner_up=0.4),)


class Planner(Variant):
    async def __call__(self, state: GraphState, context: Context) -> tuple[ScoredPlan, ...]:
        column = ColumnTerm(table="item", column="name")
        return (ScoredPlan(plan=Plan(select=(column,), tables=(TableSource(table="item"),)), score=1.0),)


class Count(Variant):
    """Writes SQL that differs from turn to turn."""

    async def __call__(self, state: GraphState, context: Context) -> str:
        return f"SELECT name, {len(state.history)} FROM item"


@pytest.fixture
def config(skip: Config) -> Config:
    settings = {**skip.settings, "value_grounding": Ground(), "plan_emission": Planner(), "sql_generation": Count()}
    return Config(variants=skip.variants, settings=settings)


@pytest.mark.skipif(os.name == "nt", reason="permissions are those of POSIX")
def test_conversations_are_their_owner_s_alone(tmp_path: Path) -> None:
    async def opened(store: Path) -> None:
        async with open_store(store):
            pass

    asyncio.run(opened(tmp_path / "kept.sqlite"))
    assert (tmp_path / "kept.sqlite").stat().st_mode & 0o077 == 0


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "kept" / "conversations.sqlite"


def within(
    config: Config, context: Context, store: Path, talk: Callable[[Session], Awaitable[Any]], thread: str = "t"
) -> Any:
    async def run() -> Any:
        async with open_session(config, context, store=store, thread=thread) as session:
            return await talk(session)

    return asyncio.run(run())


async def ask(session: Session, *questions: str) -> Session:
    for question in questions:
        await session.ask(question)
    return session


def test_a_conversation_continues_where_it_stood(config: Config, context: Context, store: Path) -> None:
    first = within(config, context, store, lambda session: ask(session, "one", "two"))
    again = within(config, context, store, lambda session: ask(session))
    assert again.turns == first.turns == (
        Turn(utterance="one", sql="SELECT name, 0 FROM item"),
        Turn(utterance="two", sql="SELECT name, 1 FROM item"),
    )  # fmt: skip
    assert again.state == first.state
    assert again.state.turn_id == "t/1"


def test_thanks_between_two_questions_are_no_turn(config: Config, context: Context, store: Path) -> None:
    async def talk(session: Session) -> list[Any]:
        given = [await session.ask(question) for question in ("one", "thanks!", "two")]
        return [(answer.state.no_question, answer.ok, answer.state.history) for answer in given]

    first, thanks, second = within(config, context, store, talk)
    session = within(config, context, store, lambda session: ask(session))
    assert first[0] is None and second[0] is None and thanks[0].kind == "small_talk" and not thanks[1]
    assert second[2] == (Turn(utterance="one", sql="SELECT name, 0 FROM item"),)
    assert [turn.utterance for turn in session.turns] == ["one", "two"]


def test_threads_do_not_mix(config: Config, context: Context, store: Path) -> None:
    within(config, context, store, lambda session: ask(session, "one"), thread="a")
    assert within(config, context, store, lambda session: ask(session), thread="b").turns == ()


def test_nothing_grows_but_the_history(
    config: Config, context: Context, store: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        for start in range(0, 30, 10):
            questions = [f"question {n}" for n in range(start, start + 10)]
            session = within(config, context, store, lambda session, q=questions: ask(session, *q))
    assert len(session.turns) == 30
    assert len(session.state.trace) == 6 and len(session.state.attempts) == 1
    assert store.stat().st_size < 30 * 16_000
    assert not caplog.records


def test_undo_goes_back_one_turn_and_stays_back(config: Config, context: Context, store: Path) -> None:
    async def talk(session: Session) -> Session:
        await ask(session, "one", "two", "three")
        await session.undo()
        assert session.state and session.state.utterance == "two"
        await ask(session, "other")
        await session.undo()
        await session.undo()
        return session

    session = within(config, context, store, talk)
    assert [turn.utterance for turn in session.turns] == ["one"]
    again = within(config, context, store, lambda session: ask(session, "again"))
    assert [turn.utterance for turn in again.turns] == ["one", "again"]


def test_undo_of_the_first_turn_leaves_nothing(config: Config, context: Context, store: Path) -> None:
    async def talk(session: Session) -> None:
        await ask(session, "one")
        await session.undo()

    within(config, context, store, talk)
    assert within(config, context, store, lambda session: ask(session)).turns == ()


def test_a_bad_question_leaves_the_thread_alone(config: Config, context: Context, store: Path) -> None:
    async def talk(session: Session) -> Session:
        await ask(session, "one")
        for bad in ("", "  \n", "x" * 100_000, "\udcff"):
            with pytest.raises(QuestionError):
                await session.ask(bad)
        return session

    within(config, context, store, talk)
    assert len(within(config, context, store, lambda session: ask(session)).turns) == 1


def test_another_database_is_refused(config: Config, context: Context, store: Path, tmp_path: Path) -> None:
    within(config, context, store, lambda session: ask(session, "one"))
    copy = tmp_path / "copy.sqlite"
    shutil.copy(context.database.path, copy)
    database = SQLiteDatabase.open(copy)
    other = Context(schema=database.schema, database=database)
    with pytest.raises(SessionError, match=r"thread 't' is a conversation over .*shop.sqlite"):
        within(config, other, store, lambda session: ask(session, "two"))


@pytest.mark.parametrize("content", [b"not a database, but long enough to be read as one" * 30, None])
def test_a_store_that_cannot_be_used(config: Config, context: Context, tmp_path: Path, content: bytes | None) -> None:
    store = tmp_path / "store"
    if content is None:
        store.mkdir()
    else:
        store.write_bytes(content)
    with pytest.raises(SessionError, match="give --store FILE"):
        within(config, context, store, lambda session: ask(session, "one"))
    assert content is None or store.read_bytes() == content


def test_a_database_is_never_taken_for_a_store(config: Config, context: Context) -> None:
    before = context.database.path.read_bytes()
    with pytest.raises(SessionError, match="another program's database"):
        within(config, context, context.database.path, lambda session: ask(session, "one"))
    assert context.database.path.read_bytes() == before


def test_objects_that_are_no_messages_are_not_built(config: Config, context: Context, store: Path) -> None:
    """A store is a file that another program may have written: only the stages' messages come back as objects."""
    within(config, context, store, lambda session: ask(session, "one"))
    serializer = JsonPlusSerializer(allowed_msgpack_modules=True)
    with sqlite3.connect(store) as connection:
        kept = connection.execute("SELECT type, checkpoint FROM checkpoints").fetchone()
        checkpoint = serializer.loads_typed(kept)
        checkpoint["channel_values"]["dialogue_state"] = config.graph
        connection.execute("UPDATE checkpoints SET type = ?, checkpoint = ?", serializer.dumps_typed(checkpoint))
    connection.close()
    with pytest.raises(SessionError, match="another version of TurnSQL"):
        within(config, context, store, lambda session: ask(session))


def test_a_kill_in_the_middle_of_a_turn_loses_that_turn_only(database_file: Path, store: Path) -> None:
    script = textwrap.dedent(
        f"""
        import asyncio, sys
        from pathlib import Path
        from agent.config import Config
        from agent.session import open_session
        from nodes.node import Context, Variant
        from value_index.engines.sqlite.database import SQLiteDatabase

        class Slow(Variant):
            async def __call__(self, state, context):
                if state.utterance == "slow":
                    print("in the middle", flush=True)
                    await asyncio.sleep(60)
                return "SELECT 1"

        async def main():
            skip = Config.load(Path({str(ROOT / "configs" / "skip.toml")!r}))
            config = Config(variants=skip.variants, settings={{**skip.settings, "sql_generation": Slow()}})
            database = SQLiteDatabase.open({str(database_file)!r})
            context = Context(schema=database.schema, database=database)
            async with open_session(config, context, store=Path({str(store)!r}), thread="t") as session:
                await session.ask("one")
                await session.ask("two")
                await session.ask("slow")

        asyncio.run(main())
        """
    )
    with subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout and process.stdout.readline() == "in the middle\n"
        os.kill(process.pid, signal.SIGKILL)
    skip = Config.load(ROOT / "configs" / "skip.toml")
    database = SQLiteDatabase.open(database_file)
    context = Context(schema=database.schema, database=database)
    session = within(skip, context, store, lambda session: ask(session, "three"))
    assert [turn.utterance for turn in session.turns] == ["one", "two", "three"]


def test_a_second_chat_on_a_thread_is_refused(config: Config, context: Context, store: Path) -> None:
    async def both() -> None:
        async with open_session(config, context, store=store, thread="t"):
            async with open_session(config, context, store=store, thread="u"):
                pass
            with pytest.raises(ThreadBusyError):
                async with open_session(config, context, store=store, thread="t"):
                    pass

    asyncio.run(both())


@pytest.mark.parametrize(
    "damage",
    [
        "checkpoint = x'00112233ff'", "checkpoint = ''", "checkpoint = NULL", "checkpoint = substr(checkpoint, 1, 99)",
        "type = 'json'", "type = 'pickle'", "metadata = '{'", "metadata = NULL", "checkpoint = x'c1'",
        "checkpoint = zeroblob(1000)",
    ],
)  # fmt: skip
def test_a_damaged_thread_is_one_line(config: Config, context: Context, store: Path, damage: str) -> None:
    within(config, context, store, lambda session: ask(session, "one"))
    with sqlite3.connect(store) as connection:
        connection.execute(f"UPDATE checkpoints SET {damage}")
    connection.close()
    with pytest.raises(SessionError) as raised:
        within(config, context, store, lambda session: ask(session, "two"))
    assert "\n" not in str(raised.value) and "thread 't'" in str(raised.value)


def test_a_fault_of_the_talk_is_no_fault_of_the_store(config: Config, context: Context, store: Path) -> None:
    async def broken(session: Session) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        within(config, context, store, broken)
