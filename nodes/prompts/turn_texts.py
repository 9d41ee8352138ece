"""What the prompts of the stages share in words: the schema, the conversation, what the stages before found."""

from __future__ import annotations

from collections.abc import Iterable

from nodes.llm.messages import Message
from nodes.plan.render import constraint_text, literal_text
from nodes.prompts.schema_text import one_line, ref_text, schema_text
from nodes.sql.writing.quoting import identifier
from nodes.state import DialogueState, GraphState, GroundedValue, SchemaLinks
from value_index.schema import Schema


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
