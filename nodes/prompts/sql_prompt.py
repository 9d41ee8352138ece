"""sql_prompt: the prompt that asks for the SQL of a turn, of the parts that are switched on."""

from __future__ import annotations

from collections.abc import Sequence

from nodes.llm.messages import Message, Prompt
from nodes.node import Context
from nodes.prompts.budget import within
from nodes.prompts.described_schema import described_schema
from nodes.prompts.dialect import DIALECTS
from nodes.prompts.examples import Example, nearest
from nodes.prompts.known import known_text
from nodes.prompts.parts import PromptParts
from nodes.prompts.readings import plan_hint
from nodes.prompts.schema_text import one_line
from nodes.prompts.turn_texts import conversation, engine_name, links, meaning, system, user, values
from nodes.state import GraphState, Turn
from value_index.schema import Schema

INSTRUCTION = """You write SQLite queries for a conversation about a database.
Write one SELECT that answers the last question. Take over every filter of the earlier questions that is still in force.
Show exactly the columns that are asked for, in the order of the question. Use only the tables and columns below.
Answer with the SQL alone."""
TASK = "Write the SQLite query that answers the question, and nothing else."
MOST_SHOWN = 1_000
"""Characters shown again of a failed SQL text, and of what is wrong with it."""


def sql_prompt(
    state: GraphState, schema: Schema, context: Context | None = None, parts: PromptParts | None = None
) -> Prompt:
    """Ask for the SQL.

    Args:
        schema: what is shown of it.
        context: the database and the words of the turn, for the parts that read them; None shows none of these.
        parts: the switches; the short prompt if None.
    """
    parts, engine = parts or PromptParts(), engine_name(schema)
    state = state.model_copy(update={"history": _latest(state.history, parts.history_tokens)})
    asked = user(
        f"Question: {state.utterance}" if parts.history == "messages" else conversation(state),
        meaning(state.dialogue_state, state.utterance),
        links(state.schema_links, schema) if parts.links else "",
        values(state.grounded_values or ()) if parts.values else "",
        known_text(state, context),
        plan_hint(state.plans or (), parts),
        tried(state),
        f"Question: {state.utterance}\n{TASK.replace('SQLite', engine)}" if parts.task_last else "",
    )
    instruction = INSTRUCTION.replace("SQLite", engine)
    instruction += f"\n{DIALECTS[schema.dialect]}" if parts.dialect and schema.dialect in DIALECTS else ""
    before = tuple(message for turn in state.history for message in _messages(turn.utterance, turn.sql))
    shown = _shown(state, context, parts) if context else ()
    return Prompt(
        messages=(
            _system(instruction, schema, context, parts),
            *(message for example in shown for message in _messages(example.shown, example.sql)),
            *(before if parts.history == "messages" else ()),
            asked,
        ),
        name="sql",
    )


def _system(instruction: str, schema: Schema, context: Context | None, parts: PromptParts) -> Message:
    if context is None or not (parts.samples or parts.natural_names or parts.keys == "joins"):
        return system(instruction, schema)
    described = described_schema(schema, context.database, parts)
    return Message(
        role="system",
        content=f"{instruction}\n\nThe {engine_name(schema)} database {schema.database_id!r}:\n{described}",
    )


def _latest(history: tuple[Turn, ...], tokens: int | None) -> tuple[Turn, ...]:
    """Return the latest turns that find room."""
    kept = within((f"{turn.utterance}\n{turn.sql}" for turn in reversed(history)), tokens)
    return history[len(history) - len(kept) :]


def _shown(state: GraphState, context: Context, parts: PromptParts) -> Sequence[Example]:
    """Return the worked questions most like the turn, the nearest last."""
    if not parts.examples:
        return ()
    found = nearest(parts.examples, state, context, parts.shown_examples)
    return found[: len(within((f"{each.shown}\n{each.sql}" for each in found), parts.example_tokens))][::-1]


def _messages(question: str, sql: str) -> tuple[Message, Message]:
    return Message(role="user", content=f"Question: {question}"), Message(role="assistant", content=sql or "(no SQL)")


def tried(state: GraphState) -> str:
    """Write the attempts that failed, and why; "" if none did."""
    failed = [attempt for attempt in state.attempts if attempt.failed]
    if not failed:
        return ""
    told = [
        f"{_cut(attempt.sql) or '(no SQL)'}\n" + "\n".join(f"- {one_line(_cut(v.message))}" for v in attempt.violations)
        for attempt in failed
    ]
    return "\n\n".join(("These were tried and are wrong; write another:", *told))


def _cut(text: str) -> str:
    """Shorten what a model wrote without end: shown whole, it would leave no room for another answer."""
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]} ..."
