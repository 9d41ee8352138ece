"""Turns: what the tools do, each in a worker, so that a slow statement holds up nobody else."""

from __future__ import annotations

import secrets
from contextlib import suppress
from datetime import datetime

from agent.answer import check_question
from agent.ask_user import worth_asking
from agent.clarify import Doubt
from agent.execute import execute
from agent.mcp_server.results import (
    FoundValues,
    Rows,
    ToolAnswer,
    ToolPlan,
    ToolSchema,
    found_value,
    rows_of,
    tool_answer,
    tool_plan,
    tool_schema,
)
from agent.revision.revise import other_readings
from agent.steps import walk
from agent.web.workers import Desk, Workers
from nodes.state import STAGES, GraphState, Stage
from value_index.errors import TurnSQLError

UNTIL_PLAN: tuple[Stage, ...] = STAGES[: STAGES.index("plan_emission") + 1]
MAX_NAME = 100
MAX_TEXT = 1_000


class Turns:
    """The tools over one database and its threads."""

    def __init__(self, workers: Workers) -> None:
        self._workers = workers

    async def doubt(self, question: str, thread: str) -> Doubt | None:
        """Return what is worth asking back before a question is answered; nothing is kept."""

        async def job(desk: Desk) -> Doubt | None:
            state = await _walked(desk, question, thread, UNTIL_PLAN)
            return worth_asking(state, desk.context.of_turn(state), desk.config.clarify)

        return await self._workers.run(job)

    async def ask(self, question: str, thread: str, most: int, reply: str = "") -> ToolAnswer:
        """Answer a question and keep the turn.

        Args:
            thread: name of the conversation; a new one where it is empty.
            most: rows that are given.
            reply: what the user answers to the question back, if there was one.
        """
        name = _checked(thread) or f"mcp-{datetime.now():%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"
        doubts: list[Doubt] = []

        def choose(doubt: Doubt) -> str:
            doubts.append(doubt)
            return reply if len(doubts) == 1 else ""

        async def job(desk: Desk) -> ToolAnswer:
            async with desk.session(name) as session:
                answer = await session.ask(question, choose=choose)
                readings = await other_readings(session, answer) if answer.ok else ()
                doubt = doubts[0] if doubts else None
                return tool_answer(answer, desk.context, thread=name, most=most, readings=readings, doubt=doubt)

        return await self._workers.run(job)

    async def plan(self, question: str, thread: str) -> ToolPlan:
        """Return how a question of a thread is understood; nothing is kept."""

        async def job(desk: Desk) -> ToolPlan:
            return tool_plan(await _walked(desk, question, thread, STAGES), desk.context)

        return await self._workers.run(job)

    async def sql(self, sql: str, most: int) -> Rows:
        """Run a statement that reads."""

        async def job(desk: Desk) -> Rows:
            return rows_of(execute(sql, desk.context, desk.config.execution), most)

        return await self._workers.run(job)

    async def lookup_value(self, text: str, most: int) -> FoundValues:
        """Return the stored values that a text may mean."""
        if not text.strip() or len(text) > MAX_TEXT:
            raise TurnSQLError(f"give a text of 1 to {MAX_TEXT:,} characters")

        async def job(desk: Desk) -> FoundValues:
            index = desk.context.index
            found = (index.ground(text) or index.lookup(text, limit=most)) if index else ()
            return FoundValues(values=tuple(map(found_value, found[:most])))

        return await self._workers.run(job)

    async def schema(self, tables: tuple[str, ...]) -> ToolSchema:
        """Return the schema, or some of its tables."""

        async def job(desk: Desk) -> ToolSchema:
            known = {table.name.lower() for table in desk.context.schema.tables}
            for name in tables:
                if name.lower() not in known:
                    raise TurnSQLError(f"the database has no table {name!r}")
            return tool_schema(desk.context, tables)

        return await self._workers.run(job)


async def _walked(desk: Desk, question: str, thread: str, stages: tuple[Stage, ...]) -> GraphState:
    """Return the next turn of a thread up to a stage, without keeping it."""
    name, question, history = _checked(thread), check_question(question), ()
    if name:
        async with desk.session(name, locked=False) as session:
            history = session.turns
    return await walk(
        desk.config.nodes(),
        desk.context,
        max_attempts=desk.config.graph.max_attempts,
        turn_id=name,
        history=history,
        utterance=question,
        refuse=desk.config.refused,
        stages=stages,
    )


def _checked(thread: str) -> str:
    """Return the name of a thread.

    Raises:
        TurnSQLError: it is too long, or no text.
    """
    name = thread.strip()
    with suppress(UnicodeEncodeError):
        name.encode()
        if len(name) <= MAX_NAME and (name.isprintable()):
            return name
    raise TurnSQLError(f"a thread's name has at most {MAX_NAME} characters, all printable")
