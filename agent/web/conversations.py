"""Conversations: what a person does with the threads of one database, many of them at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from time import perf_counter
from typing import TypeVar

from agent.answer import Answer
from agent.clarify import Doubt
from agent.execute import execute
from agent.notes.rivals import written
from agent.revision.plan_of_turn import RevisionError, check_plan
from agent.revision.readings import Reading
from agent.revision.revise import other_readings, revise, take, without
from agent.session import Session
from agent.steps import LISTENER
from agent.storage.feedback import Feedback, FeedbackError, KeptAnswer
from agent.web.shown import answer_shown, rows_shown, stage_shown, state_shown, turn_shown
from agent.web.wire import AnswerShown, DoubtShown, RowsShown, StageShown, ThreadListed, ThreadShown
from agent.web.workers import Desk, Workers
from nodes.node import Context
from nodes.plan import Plan
from nodes.state import GraphState, StageTrace, Turn
from value_index.errors import TurnSQLError

T = TypeVar("T")
Heard = Callable[[StageShown], object]
READINGS_WITHIN = 0.5
"""Seconds that an answer may have taken in the database for its other readings to be run as well."""
MOST_LISTED = 200
_LATEST = """
    SELECT thread_id, max(checkpoint_id), json_extract(CAST(metadata AS TEXT), '$.database') FROM checkpoints
    WHERE checkpoint_ns = '' GROUP BY thread_id ORDER BY 2 DESC
"""


class NothingHereError(TurnSQLError):
    """What was asked for does not exist."""


class Conversations:
    """The threads over one database: turns of one are answered in order, those of others meanwhile."""

    def __init__(self, workers: Workers, feedback: Feedback) -> None:
        self._workers = workers
        self._feedback = feedback
        self._locks: dict[str, tuple[asyncio.Lock, int]] = {}
        self._listed: dict[str, tuple[str, ThreadListed | None]] = {}
        """What was read of each thread, by its latest checkpoint."""

    async def ask(self, thread: str, question: str, heard: Heard | None = None) -> AnswerShown:
        """Answer the next question of a thread.

        Args:
            heard: hears of each stage, in a thread of its own.
        """

        def listen(state: GraphState, run: StageTrace) -> None:
            if heard:
                heard(stage_shown(state, run))

        async def job(desk: Desk) -> AnswerShown:
            LISTENER.set(listen)
            doubts: list[Doubt] = []

            def choose(doubt: Doubt) -> int:
                doubts.append(doubt)
                return 0

            async with desk.session(thread) as session:
                start = perf_counter()
                answer = await session.ask(question, choose=choose)
                return await _shown(session, answer, perf_counter() - start, doubts)

        return await self._in_turn(thread, job)

    async def revise(self, thread: str, plan: Plan) -> AnswerShown:
        """Answer the latest question again from an edited plan."""
        return await self._revised(thread, lambda session: revise(session, plan))

    async def without(self, thread: str, place: int) -> AnswerShown:
        """Answer the latest question again without a filter."""
        return await self._revised(thread, lambda session: without(session, place))

    async def take(self, thread: str, place: int) -> AnswerShown:
        """Answer the latest question again by another reading."""
        return await self._revised(thread, lambda session: take(session, place))

    async def keep(self, thread: str, plan: Plan | None) -> KeptAnswer:
        """Keep the latest answer as right, or the plan that is."""

        async def job(desk: Desk) -> KeptAnswer:
            async with desk.session(thread, locked=False) as session:
                state = session.state
            if state is None or state.no_question or not (plan or state.sql):
                raise RevisionError("there is no answer to keep: ask a question first")
            sql = check_plan(plan, desk.context) if plan else state.sql or ""
            kept = self._feedback.keep(
                database=desk.context.database.address,
                question=state.utterance,
                history=state.history,
                sql=sql,
                edited=state.plan_given or plan is not None,
            )
            self._workers.learn(self._feedback.knowledge(kept.database))
            return kept

        return await self._workers.run(job)

    async def forget(self, name: str) -> tuple[KeptAnswer, ...]:
        """Forget what was kept under a name."""

        async def job(desk: Desk) -> tuple[KeptAnswer, ...]:
            address = desk.context.database.address
            try:
                self._feedback.delete(name, address)
            except FeedbackError as error:
                raise NothingHereError(str(error)) from error
            self._workers.learn(self._feedback.knowledge(address))
            return self._feedback.entries(address)

        return await self._workers.run(job)

    async def kept(self) -> tuple[KeptAnswer, ...]:
        """Return what was kept for this database."""

        async def job(desk: Desk) -> tuple[KeptAnswer, ...]:
            return self._feedback.entries(desk.context.database.address)

        return await self._workers.run(job)

    async def undo(self, thread: str) -> ThreadShown:
        """Forget the latest turn."""

        async def job(desk: Desk) -> ThreadShown:
            async with desk.session(thread) as session:
                if session.state is None:
                    raise NothingHereError(f"thread {thread!r} has no turns")
                await session.undo()
                return _thread(thread, session)

        return await self._in_turn(thread, job)

    async def thread(self, thread: str) -> ThreadShown:
        """Return a thread without rows; one that was never written has no turns."""

        async def job(desk: Desk) -> ThreadShown:
            async with desk.session(thread, locked=False) as session:
                return _thread(thread, session)

        return await self._workers.run(job)

    async def rows(self, thread: str, number: int, most: int | None = None) -> RowsShown:
        """Run the SQL of a turn again."""

        async def job(desk: Desk) -> RowsShown:
            async with desk.session(thread, locked=False) as session:
                turns = _kept_turns(session)
            if not 1 <= number <= len(turns) or not turns[number - 1].sql.strip():
                raise NothingHereError(f"thread {thread!r} has no turn {number} with SQL")
            execution = desk.config.execution
            bounds = execution.model_copy(update={"max_rows": most}) if most else execution
            return rows_shown(execute(turns[number - 1].sql, desk.context, bounds))

        return await self._workers.run(job)

    async def threads(self) -> tuple[ThreadListed, ...]:
        """Return the threads over this database, the latest first."""

        async def job(desk: Desk) -> tuple[ThreadListed, ...]:
            address = desk.context.database.address
            async with desk.checkpointer.conn.execute(_LATEST) as cursor:
                found = [(name, at) async for name, at, database in cursor if database == address]
            listed = [await self._one(desk, name, at) for name, at in found[:MOST_LISTED]]
            return tuple(each for each in listed if each)

        return await self._workers.run(job)

    async def _one(self, desk: Desk, name: str, checkpoint: str) -> ThreadListed | None:
        at, known = self._listed.get(name, ("", None))
        if at != checkpoint:
            known = await _read(desk, name)
            self._listed[name] = checkpoint, known
        return known

    async def _revised(self, thread: str, change: Callable[[Session], Awaitable[Answer]]) -> AnswerShown:
        async def job(desk: Desk) -> AnswerShown:
            async with desk.session(thread) as session:
                start = perf_counter()
                answer = await change(session)
                return await _shown(session, answer, perf_counter() - start)

        return await self._in_turn(thread, job)

    async def _in_turn(self, thread: str, job: Callable[[Desk], Awaitable[T]]) -> T:
        async with self._alone(thread):
            return await self._workers.run(job)

    @asynccontextmanager
    async def _alone(self, thread: str) -> AsyncGenerator[None]:
        """Hold a thread of this process, so that those who wait take no worker."""
        lock, users = self._locks.get(thread, (asyncio.Lock(), 0))
        self._locks[thread] = lock, users + 1
        try:
            async with lock:
                yield
        finally:
            lock, users = self._locks[thread]
            if users > 1:
                self._locks[thread] = lock, users - 1
            else:
                del self._locks[thread]


async def _shown(session: Session, answer: Answer, seconds: float, doubts: Sequence[Doubt] = ()) -> AnswerShown:
    """Return an answer for the API, with its other readings where the database is quick enough to run them."""
    stages = sum(run.ms for run in answer.state.trace) / 1000
    quick = answer.ok and seconds - stages < READINGS_WITHIN
    found = await other_readings(session, answer) if quick else ()
    doubt = next((shown for each in doubts if (shown := _doubt(each, answer, found, session.context))), None)
    return answer_shown(answer, session.context, doubt=doubt, readings=found)


def _doubt(doubt: Doubt, answer: Answer, found: Sequence[Reading], context: Context) -> DoubtShown | None:
    """Return the question back; None if its second reading gives no other rows, so that there is nothing to ask."""
    if doubt.about:
        return DoubtShown(question=doubt.question)
    plans = answer.state.plans or ()
    rival = written(plans[doubt.rival], context) if doubt.rival < len(plans) else ""
    place = next((place for place, each in enumerate(found) if each.sql == rival), None)
    if place is None:
        return None
    return DoubtShown(question=doubt.question, readings=doubt.readings, reading=place)


def _thread(name: str, session: Session) -> ThreadShown:
    state = session.state
    if state is None:
        return ThreadShown(name=name, turns=())
    earlier = (turn_shown(number, turn) for number, turn in enumerate(state.history, start=1))
    return ThreadShown(name=name, turns=(*earlier, state_shown(state, session.context)))


def _kept_turns(session: Session) -> tuple[Turn, ...]:
    state = session.state
    return (*state.history, Turn(utterance=state.utterance, sql=state.sql or "")) if state else ()


async def _read(desk: Desk, name: str) -> ThreadListed | None:
    """Read what the list shows of a thread; None if it cannot be read, or has no turns."""
    try:
        async with desk.session(name, locked=False) as session:
            turns = _kept_turns(session)
        saved = await desk.checkpointer.aget_tuple({"configurable": {"thread_id": name}})
    except TurnSQLError:
        return None
    if saved is None or not turns:
        return None
    return ThreadListed(name=name, turns=len(turns), first=turns[0].utterance, at=saved.checkpoint["ts"])
