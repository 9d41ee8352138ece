"""What the tools give: typed, so that a client gets their JSON schemas."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from agent.answer import Answer
from agent.clarify import Doubt
from agent.revision.filters import filters_in_force
from agent.revision.plan_of_turn import plan_of
from agent.revision.readings import Reading
from nodes.node import Context
from nodes.plan.render import plan_lines
from nodes.state import GraphState
from value_index.database import Result
from value_index.matches import ValueMatch
from value_index.models import FrozenModel
from value_index.render import WHY, json_rows
from value_index.schema import Dialect

Cell = str | int | float | bool | None


class Rows(FrozenModel):
    """What a statement gave."""

    outcome: str
    """rows; truncated (the first rows); error, timeout, refused (no rows)."""
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Cell, ...], ...] = ()
    rows_left_out: int = 0
    """How many of the rows that were read are not shown: ask with a larger `max_rows`."""
    message: str = ""
    """One line: why there is no full result."""


class Filter(FrozenModel):
    """A filter in force."""

    text: str
    from_turn: int
    """Number of the question that brought it."""


class ToolAnswer(FrozenModel):
    """The answer to a question."""

    thread: str
    """Name of the conversation: give it to ask a follow-up."""
    turn: int
    """Number of the question in its thread."""
    sql: str
    """Empty where none was written: the message says why."""
    result: Rows
    confidence: float | None = None
    """Calibrated probability that the SQL is right."""
    filters: tuple[Filter, ...] = ()
    not_used: tuple[str, ...] = ()
    """Words of the question that the SQL does not use."""
    warnings: tuple[str, ...] = ()
    other_readings: tuple[str, ...] = ()
    """Other readings of the question, which give other rows: say in a follow-up which is meant."""
    asked_back: str = ""
    """What the user was asked before this answer."""


class ToolPlan(FrozenModel):
    """How a question is understood, before anything is run."""

    plan: dict[str, Any] | None
    """The query as typed data; null where the SQL says more than a plan holds, or there is none."""
    plan_text: str
    sql: str
    confidence: float | None
    message: str = ""


class FoundValue(FrozenModel):
    """A stored value that a text may mean."""

    mention: str
    table: str
    column: str
    operator: str
    value: Cell
    score: float
    lead: float
    """How far the score lies above that of the next best reading of the same words."""
    why: str


class FoundValues(FrozenModel):
    """The stored values that a text may mean, the best first."""

    values: tuple[FoundValue, ...]


class SchemaColumn(FrozenModel):
    """A column."""

    name: str
    type: str
    primary_key: bool
    comment: str = ""


class SchemaTable(FrozenModel):
    """A table or view."""

    name: str
    columns: tuple[SchemaColumn, ...]
    is_view: bool = False
    comment: str = ""


class SchemaKey(FrozenModel):
    """A column that refers to another."""

    table: str
    column: str
    to_table: str
    to_column: str


class ToolSchema(FrozenModel):
    """The database: tables, columns, keys, and the dialect in which it is asked."""

    database: str
    dialect: Dialect
    tables: tuple[SchemaTable, ...]
    foreign_keys: tuple[SchemaKey, ...]


def rows_of(result: Result, most: int) -> Rows:
    """Return a result with its first rows."""
    return Rows(
        outcome=result.outcome,
        columns=result.columns,
        rows=tuple(tuple(row) for row in json_rows(result)[:most]),
        rows_left_out=max(0, len(result.rows) - most),
        message=result.message,
    )


def tool_answer(
    answer: Answer, context: Context, *, thread: str, most: int, readings: Sequence[Reading], doubt: Doubt | None
) -> ToolAnswer:
    """Return an answered turn as the tool `ask` gives it."""
    state = answer.state
    told = state.no_question
    nothing = Rows(outcome="no_question" if told else "no_sql", message=told.message if told else "no SQL was written")
    return ToolAnswer(
        thread=thread,
        turn=len(state.history) + 1,
        sql=state.sql or "",
        result=rows_of(answer.result, most) if answer.result else nothing,
        confidence=answer.confidence,
        filters=tuple(Filter(text=f.text, from_turn=f.from_turn) for f in filters_in_force(state, context.schema)),
        not_used=answer.unused,
        warnings=tuple(violation.message for violation in answer.violations),
        other_readings=tuple(reading.text for reading in readings),
        asked_back=doubt.question if doubt else "",
    )


def tool_plan(state: GraphState, context: Context) -> ToolPlan:
    """Return how a turn is understood."""
    plan = plan_of(state.sql, context.schema)
    return ToolPlan(
        plan=plan.model_dump(mode="json") if plan else None,
        plan_text="\n".join(plan_lines(plan)) if plan else "",
        sql=state.sql or "",
        confidence=state.plans[0].confidence if state.plans else None,
        message=state.no_question.message if state.no_question else "",
    )


def found_value(match: ValueMatch) -> FoundValue:
    """Return a match as the tool `lookup_value` gives it."""
    return FoundValue(
        mention=match.mention,
        table=match.column.table,
        column=match.column.column,
        operator=match.operator,
        value=match.value,
        score=round(match.score, 3),
        lead=round(match.margin, 3),
        why=WHY[match.kind] + (f" {match.via}" if match.via else ""),
    )


def tool_schema(context: Context, tables: Sequence[str]) -> ToolSchema:
    """Return the schema, or some tables of it with the keys between them."""
    wanted = {name.lower() for name in tables}
    schema = context.schema

    def shown(name: str) -> bool:
        return not wanted or name.lower() in wanted

    return ToolSchema(
        database=context.database.address,
        dialect=schema.dialect,
        tables=tuple(
            SchemaTable(
                name=table.name,
                is_view=table.is_view,
                comment=table.comment,
                columns=tuple(
                    SchemaColumn(
                        name=column.name,
                        type=column.declared_type,
                        primary_key=column.name in table.primary_key,
                        comment=column.comment,
                    )
                    for column in table.columns
                ),
            )
            for table in schema.tables
            if shown(table.name)
        ),
        foreign_keys=tuple(
            SchemaKey(
                table=key.source.table, column=key.source.column, to_table=key.target.table, to_column=key.target.column
            )
            for key in schema.foreign_keys
            if shown(key.source.table) and shown(key.target.table)
        ),
    )
