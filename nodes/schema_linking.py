"""Which tables and columns the question needs."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from nodes.lexical.evidence import Evidence
from nodes.lexical.schema_linker import Linker
from nodes.lexical.weights import lexical_weights
from nodes.llm.messages import Prompt
from nodes.llm.output_schema import output_schema
from nodes.node import Context, Variant
from nodes.prompts.asking import ask_for, fitted, fitting, with_example
from nodes.prompts.known import known_text
from nodes.prompts.turn_texts import conversation, meaning, system, user
from nodes.state import ColumnLink, GraphState, SchemaLinks, StateModel, TableLink
from value_index.schema import ColumnRef, Schema

INSTRUCTION = """You choose the part of a database that a question needs.
List the columns that the SQL for the last question of the conversation uses anywhere: shown, compared, joined on,
grouped or ordered by. The most certain come first. Then list the tables in the same way."""


class TableName(StateModel):
    """A table by its name."""

    table: str


class Choice(StateModel):
    """What the language model chooses, best first."""

    columns: tuple[ColumnRef, ...]
    tables: tuple[TableName, ...]


EXAMPLE = Choice(
    columns=(ColumnRef(table="shop", column="town"), ColumnRef(table="shop", column="opened")),
    tables=(TableName(table="shop"),),
)
"""The answer for "How many shops in Kiel opened after 2010?"."""


class Skip(Variant):
    """Hands on the whole schema."""

    async def __call__(self, state: GraphState, context: Context) -> SchemaLinks:
        return SchemaLinks(
            tables=tuple(TableLink(table=table.name, score=1.0) for table in context.schema.tables),
            columns=tuple(ColumnLink(column=column, score=1.0) for column in context.schema.columns),
        )


class Lexical(Variant):
    """Scores names, natural names, stems, value hits and the previous plan; hands on what is likely."""

    least_table: float = Field(default_factory=lambda: lexical_weights().least_table, ge=0, le=1)
    """Tables below this probability are left out; the best one never is."""
    least_column: float = Field(default_factory=lambda: lexical_weights().least_column, ge=0, le=1)
    """Columns below this probability are left out."""

    async def __call__(self, state: GraphState, context: Context) -> SchemaLinks:
        linker = Linker(Evidence.of(state, context))
        weights = lexical_weights()
        return linker.links(
            weights.column_link, weights.table_link, least_column=self.least_column, least_table=self.least_table
        )


class Compact(Variant):
    """What the compact planner's network marks as part of the plan."""

    least_table: float = Field(default=0.5, ge=0, le=1)
    """Tables below this probability are left out; the best one never is."""
    least_column: float = Field(default=0.5, ge=0, le=1)
    """Columns below this probability are left out."""
    weights: str = ""
    """A file made by `turnsql train compact --export`; the shipped one where empty."""

    async def __call__(self, state: GraphState, context: Context) -> SchemaLinks:
        from nodes.compact import stage_outputs as stages  # onnxruntime takes a while to load
        from nodes.compact import turn_encoding as planner

        read = planner.load_planner(self.weights).understand(state, context)
        return stages.links(read, least_table=self.least_table, least_column=self.least_column)


class Llm(Variant):
    """Asks the language model; an answer that cannot be read hands on the whole schema."""

    costly: ClassVar[bool] = True

    async def __call__(self, state: GraphState, context: Context) -> SchemaLinks:
        schema = fitting(context.schema, None, context)
        prompt = fitted(lambda turn: messages(turn, schema, context), state, context)
        choice = await ask_for(Choice, context, state, "schema_linking", prompt)
        return _links(choice, context.schema) if choice else await Skip()(state, context)


def messages(state: GraphState, schema: Schema, context: Context | None = None) -> Prompt:
    """Ask for the columns and tables that the question needs."""
    return Prompt(
        messages=(
            system(with_example(INSTRUCTION, EXAMPLE), schema),
            user(conversation(state), meaning(state.dialogue_state, state.utterance), known_text(state, context)),
        ),
        name="schema_links",
        output=output_schema(Choice, schema),
    )


def _links(choice: Choice, schema: Schema) -> SchemaLinks:
    """Keep what exists, once, ranked by the order of the answer; a column brings its table."""
    columns = dict.fromkeys(found for ref in choice.columns if (found := schema.column(ref.table, ref.column)))
    named = [schema.table(name.table) for name in choice.tables] + [schema.table(ref.table) for ref in columns]
    tables = dict.fromkeys(table.name for table in named if table)
    return SchemaLinks(
        tables=tuple(TableLink(table=name, score=1 / rank) for rank, name in enumerate(tables, start=1)),
        columns=tuple(ColumnLink(column=ref, score=1 / rank) for rank, ref in enumerate(columns, start=1)),
    )
