"""Api: the operations of the HTTP API, and the table of their routes."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import AsyncGenerator
from contextlib import suppress
from typing import Any

from anyio import CapacityLimiter, to_thread
from starlette.responses import Response, StreamingResponse

from agent.config import ExecutionSettings
from agent.execute import execute
from agent.storage.feedback import KeptAnswer, training_row
from agent.web.conversations import Conversations
from agent.web.route import BadRequestError, Call, Route
from agent.web.shown import rows_shown
from agent.web.wire import (
    AnswerShown,
    Asked,
    ColumnShown,
    DatabaseShown,
    EditedPlan,
    FeedbackShown,
    Kept,
    KeptShown,
    KeyShown,
    Problem,
    RowsShown,
    StageShown,
    Statement,
    TableShown,
    TakenReading,
    Threads,
    ThreadShown,
    WithoutFilter,
)
from nodes.node import Context
from value_index.errors import TurnSQLError
from value_index.models import FrozenModel
from value_index.render import strict_json

STATEMENTS_AT_ONCE = 16
"""Statements of people that run at the same time; a turn's own are its worker's."""
MOST_CSV_ROWS = 100_000
STREAM_HEADERS = {"X-Accel-Buffering": "no"}


class Api:
    """The operations over one database."""

    def __init__(
        self, conversations: Conversations, context: Context, execution: ExecutionSettings, *, runs: bool = False
    ) -> None:
        self._conversations = conversations
        self._runs = runs
        self._context = context
        self._execution = execution
        self._statements = CapacityLimiter(STATEMENTS_AT_ONCE)

    def routes(self) -> tuple[Route, ...]:
        """Return the table of the operations."""
        of, last = "/api/threads/{thread}", "/api/threads/{thread}/turns/last"
        return (
            Route("GET", "/api/database", "Tables, columns and keys", DatabaseShown, self.database),
            Route("GET", "/api/threads", "The conversations over this database", Threads, self.threads),
            Route("GET", of, "A conversation, without rows", ThreadShown, self.thread, problems=(409,)),
            Route("POST", f"{of}/turns", "Ask the next question", AnswerShown, self.ask, Asked, True, (409,)),
            Route("DELETE", last, "Forget the latest turn", ThreadShown, self.undo, problems=(409,)),
            Route("POST", f"{last}/plan", "Edit the plan", AnswerShown, self.plan, EditedPlan, problems=(409,)),
            Route("POST", f"{last}/without", "Take a filter off", AnswerShown, self.without, WithoutFilter, problems=(409,)),
            Route("POST", f"{last}/reading", "Take another reading", AnswerShown, self.reading, TakenReading, problems=(409,)),
            Route("POST", f"{last}/keep", "Keep the answer as right", KeptShown, self.keep, Kept, problems=(409,)),
            Route("GET", "/api/feedback", "What was kept as right", FeedbackShown, self.feedback),
            Route("GET", "/api/feedback/export", "What was kept, as rows for training", "application/jsonl", self.export),
            Route("DELETE", "/api/feedback/{id}", "Forget what was kept", FeedbackShown, self.forget),
            Route("GET", f"{of}/turns/{{number}}/rows", "Rows of a turn", RowsShown, self.rows, problems=(409,)),
            Route("GET", f"{of}/turns/{{number}}/csv", "Rows of a turn as CSV", "text/csv", self.csv, problems=(409,)),
            Route("POST", "/api/sql", "Run SQL that only reads", RowsShown, self.sql, Statement),
        )  # fmt: skip

    async def database(self, _: Call[Any]) -> DatabaseShown:
        """Return the schema."""
        schema = self._context.schema
        return DatabaseShown(
            address=self._context.database.address,
            dialect=schema.dialect,
            tables=tuple(
                TableShown(
                    name=table.name,
                    columns=tuple(
                        ColumnShown(
                            name=column.name, type=column.declared_type, primary_key=column.name in table.primary_key
                        )
                        for column in table.columns
                    ),
                )
                for table in schema.tables
            ),
            foreign_keys=tuple(
                KeyShown(
                    table=key.source.table,
                    column=key.source.column,
                    to_table=key.target.table,
                    to_column=key.target.column,
                )
                for key in schema.foreign_keys
            ),
            knowledge=self._context.knowledge is not None,
            runs=self._runs,
        )

    async def threads(self, _: Call[Any]) -> Threads:
        """Return the list of threads."""
        return Threads(threads=await self._conversations.threads())

    async def thread(self, call: Call[Any]) -> ThreadShown:
        """Return a thread."""
        return await self._conversations.thread(call.thread)

    async def undo(self, call: Call[Any]) -> ThreadShown:
        """Forget the latest turn."""
        return await self._conversations.undo(call.thread)

    async def ask(self, call: Call[Asked]) -> AnswerShown | Response:
        """Answer a question: as events while it is answered, or at once."""
        if "text/event-stream" in call.request.headers.get("accept", ""):
            events = self._events(call.thread, call.body.question)
            return StreamingResponse(events, media_type="text/event-stream", headers=STREAM_HEADERS)
        return await self._conversations.ask(call.thread, call.body.question)

    async def plan(self, call: Call[EditedPlan]) -> AnswerShown:
        """Answer again from an edited plan."""
        return await self._conversations.revise(call.thread, call.body.plan)

    async def without(self, call: Call[WithoutFilter]) -> AnswerShown:
        """Answer again without a filter."""
        return await self._conversations.without(call.thread, call.body.filter)

    async def reading(self, call: Call[TakenReading]) -> AnswerShown:
        """Answer again by another reading."""
        return await self._conversations.take(call.thread, call.body.reading)

    async def keep(self, call: Call[Kept]) -> KeptShown:
        """Keep the latest answer, or a corrected plan, as right."""
        return _kept(await self._conversations.keep(call.thread, call.body.plan))

    async def feedback(self, _: Call[Any]) -> FeedbackShown:
        """Return what was kept."""
        return FeedbackShown(kept=tuple(map(_kept, await self._conversations.kept())))

    async def forget(self, call: Call[Any]) -> FeedbackShown:
        """Forget what was kept under an id."""
        return FeedbackShown(kept=tuple(map(_kept, await self._conversations.forget(call.path["id"]))))

    async def export(self, _: Call[Any]) -> Response:
        """Return what was kept as rows for training."""
        rows = (training_row(each, "unaudited") for each in await self._conversations.kept())
        text = "".join(f"{strict_json(row)}\n" for row in rows)
        named = {"Content-Disposition": 'attachment; filename="feedback.jsonl"'}
        return Response(text, media_type="application/jsonl", headers=named)

    async def rows(self, call: Call[Any]) -> RowsShown:
        """Run the SQL of a turn again."""
        return await self._conversations.rows(call.thread, call.path["number"])

    async def csv(self, call: Call[Any]) -> Response:
        """Return the rows of a turn as CSV."""
        found = await self._conversations.rows(call.thread, call.path["number"], MOST_CSV_ROWS)
        if found.outcome not in ("rows", "truncated"):
            raise BadRequestError(409, f"{found.outcome}: {found.message}")
        text = await to_thread.run_sync(csv_text, found)
        name = f"turn-{call.path['number']}.csv"
        return Response(text, media_type="text/csv", headers={"Content-Disposition": f'attachment; filename="{name}"'})

    async def sql(self, call: Call[Statement]) -> RowsShown:
        """Run SQL of a person's own."""

        def run() -> RowsShown:
            return rows_shown(execute(call.body.sql, self._context, self._execution))

        return await to_thread.run_sync(run, limiter=self._statements)

    async def _events(self, thread: str, question: str) -> AsyncGenerator[str]:
        """Yield the stages of a turn as they end, then its answer; a caller who leaves ends the turn."""
        loop, heard = asyncio.get_running_loop(), asyncio.Queue[StageShown | None]()

        def hear(stage: StageShown | None) -> None:
            with suppress(RuntimeError):  # the loop is gone
                loop.call_soon_threadsafe(heard.put_nowait, stage)

        turn = asyncio.ensure_future(self._conversations.ask(thread, question, hear))
        turn.add_done_callback(lambda _: heard.put_nowait(None))
        try:
            yield ": asked\n\n"
            while (stage := await heard.get()) is not None:
                yield event("stage", stage)
            try:
                yield event("answer", await turn)
            except TurnSQLError as error:
                yield event("error", Problem(error=str(error)))
        finally:
            turn.cancel()
            with suppress(asyncio.CancelledError, TurnSQLError):
                await turn


def _kept(kept: KeptAnswer) -> KeptShown:
    return KeptShown(
        id=kept.id,
        at=kept.at,
        question=kept.question,
        sql=kept.sql,
        history=tuple(turn.utterance for turn in kept.history),
        edited=kept.edited,
    )


def event(name: str, data: FrozenModel) -> str:
    """Write a server-sent event; JSON has no line break in it."""
    return f"event: {name}\ndata: {data.model_dump_json()}\n\n"


def csv_text(found: RowsShown) -> str:
    """Write rows as CSV (RFC 4180); NULL is an empty cell."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(found.columns)
    writer.writerows(found.rows)
    return out.getvalue()
