"""mcp_server: the tools of a database for the official SDK, over stdio or HTTP."""

# No `from __future__ import annotations`: the SDK reads the tools' annotations, which name what lives in a function only.

from collections.abc import Awaitable
from typing import Annotated, TypeVar

from mcp.server.elicitation import AcceptedElicitation
from mcp.server.mcpserver import Context, Elicit, ElicitationResult, MCPServer, Resolve
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import ToolAnnotations
from pydantic import BaseModel, Field

from agent.clarify import Doubt
from agent.mcp_server.results import FoundValues, Rows, ToolAnswer, ToolPlan, ToolSchema
from agent.mcp_server.turns import Turns
from value_index.errors import TurnSQLError

T = TypeVar("T")
INSTRUCTIONS = (
    "Ask a database in words. `ask` answers with SQL and rows and keeps the conversation: give the `thread` of its answer "
    "back to ask a follow-up (`only those from France`, `and their prices?`). Everything is read only. `plan` shows how a "
    "question is understood without running it, `lookup_value` finds how a value is stored, `schema` shows tables and keys, "
    "`sql` runs a SELECT of your own."
)
READS = ToolAnnotations(read_only_hint=True, destructive_hint=False, open_world_hint=False)
Question = Annotated[str, Field(description="The question, in words.", min_length=1, max_length=10_000)]
Thread = Annotated[
    str, Field(description="The conversation that the question continues; empty starts one.", max_length=100)
]
MaxRows = Annotated[int, Field(description="Rows to return at most.", ge=1, le=1000)]


class Reply(BaseModel):
    """What a user answers to a question back."""

    answer: str = Field(
        default="",
        title="Answer",
        description="1 or 2 where two readings are shown, or what is meant in your own words. Empty goes on without.",
    )


def mcp_server(turns: Turns, *, version: str) -> MCPServer:
    """Return a server with the tools of one database.

    Args:
        turns: does what the tools say.
        version: of TurnSQL.
    """
    server = MCPServer("turnsql", instructions=INSTRUCTIONS, version=version, log_level="WARNING")

    async def question_back(question: str, thread: str, ctx: Context) -> Elicit[Reply] | Reply:
        able = ctx.client_capabilities
        doubt = await _told(turns.doubt(question, thread)) if able and able.elicitation else None
        return Elicit(_asked(doubt), Reply) if doubt else Reply()

    @server.tool(title="Ask the database", annotations=READS)
    async def ask(
        question: Question,
        reply: Annotated[ElicitationResult[Reply], Resolve(question_back)],
        thread: Thread = "",
        max_rows: MaxRows = 50,
    ) -> ToolAnswer:
        """Answer a question about the database with SQL and rows; the conversation is kept under its thread."""
        said = reply.data.answer if isinstance(reply, AcceptedElicitation) else ""
        return await _told(turns.ask(question, thread, max_rows, said))

    @server.tool(title="Show how a question is understood", annotations=READS)
    async def plan(question: Question, thread: Thread = "") -> ToolPlan:
        """Return the plan and the SQL of a question without running it; nothing is kept."""
        return await _told(turns.plan(question, thread))

    @server.tool(title="Run SQL that reads", annotations=READS)
    async def sql(
        sql: Annotated[str, Field(description="One SELECT.", min_length=1, max_length=100_000)],
        max_rows: MaxRows = 50,
    ) -> Rows:
        """Run one SELECT, bounded in time and rows; anything that writes is refused."""
        return await _told(turns.sql(sql, max_rows))

    @server.tool(title="Find a stored value", annotations=READS)
    async def lookup_value(
        text: Annotated[str, Field(description="Words that name a value.", min_length=1, max_length=1_000)],
        limit: Annotated[int, Field(description="Values to return at most.", ge=1, le=100)] = 10,
    ) -> FoundValues:
        """Find the stored values that words may mean: other spellings, cases and names are found too."""
        return await _told(turns.lookup_value(text, limit))

    @server.tool(title="Show the schema", annotations=READS)
    async def schema(
        tables: Annotated[list[str], Field(description="Tables to show; empty shows all.", max_length=500)] = [],  # noqa: B006 (pydantic copies it)
    ) -> ToolSchema:
        """Return tables, columns, keys and the SQL dialect of the database."""
        return await _told(turns.schema(tuple(tables)))

    return server


async def _told(work: Awaitable[T]) -> T:
    """Return what a tool gives; a mistake of the caller becomes the one line that tells it."""
    try:
        return await work
    except TurnSQLError as error:
        raise ToolError(str(error)) from error


def _asked(doubt: Doubt) -> str:
    """Write a question back."""
    if doubt.about:
        return f"{doubt.question} Answer in your own words, or as SQL."
    lines = [f"{number}: {reading or 'neither'}" for number, reading in enumerate(doubt.readings, start=1)]
    return "\n".join(["Two readings are close. Which is meant?", *lines])
