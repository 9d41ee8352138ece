"""ask, ask_for: a stage's prompt put to the endpoint, within its context; the answer as text or as a model."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from nodes.llm.messages import EndpointError, Message, Metered, Prompt, Reply, json_text
from nodes.node import Context
from nodes.prompts.schema_text import one_line, schema_text
from nodes.schema_pruning import linked_columns, linked_tables
from nodes.state import GraphState, SchemaLinks, Stage
from value_index.errors import first_problem
from value_index.schema import Schema

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
