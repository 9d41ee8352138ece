"""answer_shown: a turn as the API gives it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from agent.answer import Answer
from agent.present import stage_lines
from agent.revision.filters import FilterInForce, filters_in_force
from agent.revision.plan_of_turn import plan_of
from agent.revision.readings import Reading
from agent.revision.revise import AGAIN
from agent.web.chart import chart
from agent.web.wire import (
    AnswerShown,
    Cell,
    DoubtShown,
    FilterShown,
    ReadingShown,
    RowsShown,
    StageShown,
    Uses,
)
from nodes.node import Context
from nodes.plan import Plan
from nodes.plan.render import plan_lines
from nodes.plan.traversal import columns, table_names
from nodes.state import GraphState, StageTrace, Turn
from value_index.database import Result
from value_index.render import json_cell
from value_index.schema import Schema

EXACT_IN_A_BROWSER = 2**53 - 1
_NO_TEXT = re.compile("[\ud800-\udfff]")


def answer_shown(
    answer: Answer, context: Context, *, doubt: DoubtShown | None = None, readings: Sequence[Reading] = ()
) -> AnswerShown:
    """Return an answered turn with its rows."""
    return state_shown(answer.state, context).model_copy(
        update={
            **_result(answer),
            "confidence": answer.confidence,
            "unused": answer.unused,
            "doubt": doubt,
            "readings": tuple(ReadingShown(text=each.text, confidence=each.confidence) for each in readings),
            "chart": result_chart(answer.result) if answer.result else None,
            "knowledge": answer.knowledge or (),
        }
    )


def state_shown(state: GraphState, context: Context) -> AnswerShown:
    """Return the latest turn of a thread as it is kept: all but its rows."""
    plan = plan_of(state.sql, context.schema)
    told = state.no_question
    violations = state.attempts[-1].violations if state.attempts else ()
    return AnswerShown(
        number=len(state.history) + 1,
        question=state.utterance,
        sql=state.sql or "",
        outcome="no_question" if told else "kept" if state.sql else "no_sql",
        message=told.message if told else "",
        confidence=state.plans[0].confidence if state.plans else None,
        warnings=tuple(violation.message for violation in violations),
        filters=tuple(map(_filter, filters_in_force(state, context.schema))),
        plan=plan,
        plan_text="\n".join(plan_lines(plan)) if plan else "",
        uses=_uses(plan, context.schema),
        stages=tuple(stage_shown(state, run) for run in state.trace),
    )


def turn_shown(number: int, turn: Turn) -> AnswerShown:
    """Return an earlier turn: its question and its SQL."""
    return AnswerShown(
        number=number, question=turn.utterance, sql=turn.sql, outcome="kept" if turn.sql.strip() else "no_sql"
    )


def stage_shown(state: GraphState, run: StageTrace) -> StageShown:
    """Return what a stage gave, in words."""
    return StageShown(
        stage=run.stage,
        variant=run.variant,
        ms=round(run.ms, 2),
        text=_text("\n".join(stage_lines(run.stage, state))),
        stands=state.plan_given and run.stage not in AGAIN,
    )


def rows_shown(result: Result) -> RowsShown:
    """Return what a statement gave."""
    return RowsShown(
        outcome=result.outcome,
        columns=_names(result),
        rows=cells(result),
        message=result.message,
        chart=result_chart(result),
    )


def result_chart(result: Result) -> dict[str, Any] | None:
    """Return the picture of a result; None if none suits it."""
    return chart(_names(result), cells(result)) if result.ok else None


def cells(result: Result) -> tuple[tuple[Cell, ...], ...]:
    """Return the rows as JSON and a browser hold them."""
    return tuple(tuple(_cell(cell) for cell in row) for row in result.rows)


def _result(answer: Answer) -> dict[str, Any]:
    result = answer.result
    if result is None:
        return {}
    return {
        "outcome": result.outcome,
        "columns": _names(result),
        "rows": cells(result),
        "truncated": result.outcome == "truncated",
        "message": result.message,
    }


def _cell(cell: Any) -> Cell:
    cell = json_cell(cell)
    if isinstance(cell, int) and abs(cell) > EXACT_IN_A_BROWSER:
        return str(cell)
    return _text(cell) if isinstance(cell, str) else cell


def _names(result: Result) -> tuple[str, ...]:
    return tuple(map(_text, result.columns))


def _text(text: str) -> str:
    """Return a text that UTF-8 can write: a file may hold halves of characters."""
    return _NO_TEXT.sub("�", text)


def _filter(found: FilterInForce) -> FilterShown:
    values = tuple(map(_cell, found.values))
    return FilterShown(
        text=found.text,
        table=found.column.table if found.column else None,
        column=found.column.column if found.column else None,
        operator=found.operator,
        value=values[0] if len(values) == 1 else values or None,
        from_turn=found.from_turn,
    )


def _uses(plan: Plan | None, schema: Schema) -> Uses:
    if plan is None:
        return Uses()
    named = (schema.column(term.table, term.column) for term in columns(plan))
    return Uses(
        tables=tuple(dict.fromkeys(table_names(plan))),
        columns=tuple(dict.fromkeys(str(ref) for ref in named if ref)),
    )
