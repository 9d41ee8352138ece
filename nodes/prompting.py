"""What the prompts of the stages share: the schema within a bound, the conversation, the structured answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from nodes.llm.messages import (
    EndpointError,
    Message,
    Metered,
    Prompt,
    Reply,
    json_text,
)
from nodes.node import Context
from nodes.plan.render import constraint_text, literal_text
from nodes.schema_text import one_line, ref_text, schema_text
from nodes.sql.writing.quoting import identifier
from nodes.state import DialogueState, GraphState, GroundedValue, SchemaLinks, Stage
from value_index.errors import first_problem
from value_index.schema import Schema, Table

M = TypeVar("M", bound=BaseModel)

SHOWN_AGAIN = 1_000
"""Characters of an answer that cannot be read, as the model sees it again."""
RESERVED_CHARACTERS = 6_000
"""Kept free for what follows the schema: the conversation, a plan, values, violations."""


async def ask(context: Context, state: GraphState, stage: Stage, prompt: Prompt) -> Reply:
    """Put a prompt to the endpoint of the configuration.

    Raises:
        EndpointError: there is no endpoint or no answer, or the prompt does not fit its context.
    """
    if context.llm is None:
        raise EndpointError(f"{stage} asks a language model: add [endpoint] to the configuration", fatal=True)
    room = context.llm.endpoint.prompt_characters()
    if prompt.characters > room:
        raise EndpointError(
            f"the prompt of {stage} for {state.database_id!r} has {prompt.characters:,} characters, the context room "
            f"for {room:,}: set context_tokens in [endpoint], or a schema_linking node that leaves tables out"
        )
    return await context.llm.complete(prompt, turn_id=state.turn_id, stage=stage)


def fitted(build: Callable[[GraphState], Prompt], state: GraphState, context: Context) -> Prompt:
    """Build a prompt from a turn, without the oldest turns before it where there is no room for all."""
    prompt = build(state)
    while context.llm and state.history and prompt.characters > context.llm.endpoint.prompt_characters():
        state = state.model_copy(update={"history": state.history[1:]})
        prompt = build(state)
    return prompt


async def ask_for(kind: type[M], context: Context, state: GraphState, stage: Stage, prompt: Prompt) -> M | None:
    """Put a prompt to the endpoint for a structured answer, and once more with what was wrong with the first.

    Returns:
        None if neither can be read (what the model wrote is its own fault, never the endpoint's).
    """
    reply = await ask(context, state, stage, prompt)
    found, wrong = _read(reply, kind, context)
    if found or reply.outcome == "refused":
        return found
    told = f"This cannot be read: {wrong}. Answer with the JSON object alone, with the keys as they were given."
    again = (Message(role="assistant", content=reply.text[:SHOWN_AGAIN]), Message(role="user", content=told))
    longer = prompt.model_copy(update={"messages": (*prompt.messages, *again)})
    if context.llm and longer.characters > context.llm.endpoint.prompt_characters():
        return None
    return _read(await ask(context, state, stage, longer), kind, context)[0]


def _read(reply: Reply, kind: type[M], context: Context) -> tuple[M | None, str]:
    """Read a structured answer, or say what is wrong with it."""
    try:
        return kind.model_validate_json(json_text(reply.text)), ""
    except ValidationError as error:
        if isinstance(context.llm, Metered):
            context.llm.misshapen()
        return None, one_line(first_problem(error))


def with_example(instruction: str, example: BaseModel) -> str:
    """Say in words what a JSON answer looks like: few servers show their model the schema that they enforce."""
    shown = example.model_dump_json(exclude_defaults=True, exclude_none=True)
    return f"{instruction}\nAnswer with one JSON object like this one, over other tables:\n{shown}"


def fitting(schema: Schema, links: SchemaLinks | None, context: Context) -> Schema:
    """Return the largest part of the schema that the context has room for: pruned whole tables and columns at a time.

    First everything; else the linked tables; else of those only the linked and key columns.
    """
    room = (context.llm.endpoint.prompt_characters() if context.llm else 0) - RESERVED_CHARACTERS
    if len(schema_text(schema)) <= room:
        return schema
    tables = linked_tables(schema, links)
    return tables if len(schema_text(tables)) <= room else linked_columns(schema, links)


def linked_tables(schema: Schema, links: SchemaLinks | None) -> Schema:
    """Return the linked tables, whole; the schema itself where nothing is linked."""
    names = {link.table.lower() for link in links.tables} if links else set[str]()
    names |= {link.column.table.lower() for link in links.columns} if links else set()
    return _part(schema, [table for table in schema.tables if table.name.lower() in names]) if names else schema


def linked_columns(schema: Schema, links: SchemaLinks | None) -> Schema:
    """Return the linked tables with their linked columns and keys only; the schema itself where nothing is linked."""
    if links is None or not links.columns:
        return schema
    linked = {link.column.folded for link in links.columns}
    keys = {ref.folded for key in schema.foreign_keys for ref in (key.source, key.target)}

    def kept(table: Table) -> Table:
        primary = {name.lower() for name in table.primary_key}
        columns = tuple(
            column
            for column in table.columns
            if (table.name.lower(), column.name.lower()) in linked | keys or column.name.lower() in primary
        )
        return table.model_copy(update={"columns": columns or table.columns[:1]})

    part = linked_tables(schema, links)
    return _part(schema, [kept(table) for table in part.tables])


def engine_name(schema: Schema) -> str:
    """Return what the engine of a database is called."""
    return {"sqlite": "SQLite", "duckdb": "DuckDB", "postgres": "PostgreSQL", "mysql": "MySQL", "ansi": "standard SQL"}[
        schema.dialect
    ]


def system(instruction: str, schema: Schema) -> Message:
    """Return the static part, which comes first: the same for every turn over a database."""
    engine = engine_name(schema)
    text = (
        f"{instruction}\n\nThe {engine} database {schema.database_id!r}, then its foreign keys:\n{schema_text(schema)}"
    )
    return Message(role="system", content=text)


def user(*parts: str) -> Message:
    """Return the part that changes from turn to turn, empty parts left out."""
    return Message(role="user", content="\n\n".join(part for part in parts if part))


def conversation(state: GraphState) -> str:
    """Write the turns so far and the question."""
    lines = [f"{number}. {turn.utterance}\n{turn.sql or '(no SQL)'}" for number, turn in enumerate(state.history, 1)]
    before = "Conversation so far, each question with its SQL:\n" + "\n".join(lines) + "\n\n" if lines else ""
    return f"{before}Question: {state.utterance}"


def meaning(found: DialogueState | None, utterance: str) -> str:
    """Write what the question means here; "" if nothing was resolved."""
    if found is None:
        return ""
    lines = [] if found.question == utterance else [f"In full: {found.question}"]
    in_force = [*found.kept, *found.added]
    if in_force:
        lines.append(f"Filters in force: {'; '.join(map(constraint_text, in_force))}")
    if found.dropped:
        lines.append(f"Filters no longer in force: {'; '.join(map(constraint_text, found.dropped))}")
    return "\n".join(map(one_line, lines))


def values(found: Iterable[GroundedValue]) -> str:
    """Write the values that the database stores for the words of the question."""
    lines = [
        f"{value.mention!r} is {ref_text(value.column)} {value.operator} {literal_text(value.value)}" for value in found
    ]
    return "\n".join(("Values as stored:", *lines)) if lines else ""


def links(found: SchemaLinks | None, schema: Schema) -> str:
    """Write the links, best first; "" if the whole schema is linked."""
    if found is None or len(found.columns) >= len(schema.columns):
        return ""
    tables = ", ".join(one_line(identifier(link.table, schema.dialect)) for link in found.tables)
    # A column that stands for a metric is none of the database's.
    there = (link.column for link in found.columns if schema.column(link.column.table, link.column.column))
    columns = ", ".join(ref_text(column, schema.dialect) for column in there)
    return f"Likely tables: {tables}\nLikely columns: {columns}"


def _part(schema: Schema, tables: list[Table]) -> Schema:
    kept = {(table.name.lower(), column.name.lower()) for table in tables for column in table.columns}
    keys = tuple(key for key in schema.foreign_keys if {key.source.folded, key.target.folded} <= kept)
    return Schema(database_id=schema.database_id, tables=tuple(tables), foreign_keys=keys, dialect=schema.dialect)
