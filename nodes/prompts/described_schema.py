"""described_schema: a schema for a prompt with what its columns hold, and its keys as joins."""

from __future__ import annotations

from collections.abc import Iterator

from nodes.lexical.utterance import name_words
from nodes.prompts.budget import within
from nodes.prompts.column_samples import column_sample
from nodes.prompts.parts import PromptParts
from nodes.prompts.schema_text import one_line, ref_text, schema_text
from nodes.sql.writing.quoting import identifier
from value_index.database import Database
from value_index.schema import Column, Dialect, Schema, Table


def described_schema(schema: Schema, database: Database, parts: PromptParts) -> str:
    """Write a schema as `schema_text` does, with samples of its columns and natural names below where the parts ask for them."""
    lines = schema_text(schema).splitlines()
    tables, arrows = lines[: len(schema.tables)], lines[len(schema.tables) :]
    joins = [
        f"{ref_text(key.source, schema.dialect)} = {ref_text(key.target, schema.dialect)}"
        for key in schema.foreign_keys
    ]
    out = [*tables, *(joins if parts.keys == "joins" else arrows)]
    if parts.natural_names and (named := list(_names(schema))):
        out += ["Names as people say them:", *named]
    if parts.samples and (shown := within(_samples(schema, database, parts.samples), parts.sample_tokens)):
        out += ["Values stored:", *shown]
    return "\n".join(out)


def _samples(schema: Schema, database: Database, most: int) -> Iterator[str]:
    keys = {ref.folded for key in schema.foreign_keys for ref in (key.source, key.target)}
    for table in schema.tables:
        held = (
            (column, column_sample(database, table.name, column, most))
            for column in table.columns
            if (table.name.lower(), column.name.lower()) not in keys and column.name not in table.primary_key
        )
        told = [f"{identifier(column.name, schema.dialect)}: {sample}" for column, sample in held if sample]
        if told:
            yield f"{one_line(identifier(table.name, schema.dialect))}: {one_line('; '.join(told))}"


def _names(schema: Schema) -> Iterator[str]:
    for table in schema.tables:
        told = [_named(column, schema.dialect) for column in table.columns if _differs(column)]
        own = f" ({table.natural_name})" if _differs(table) else ""
        if told or own:
            yield one_line(f"{identifier(table.name, schema.dialect)}{own}: {', '.join(told)}".rstrip(": "))


def _named(column: Column, dialect: Dialect) -> str:
    return f"{identifier(column.name, dialect)} is {column.natural_name}"


def _differs(named: Column | Table) -> bool:
    """Tell whether a natural name has other words than the name itself."""
    return set(name_words(named.natural_name)) != set(name_words(named.name))
