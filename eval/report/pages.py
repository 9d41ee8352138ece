"""What a reader sees of one turn: what each stage gave, the SQL beside the gold, and how the results differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from agent.present import stage_lines
from eval.report.view import RunView, TurnView
from nodes.node import FIELDS
from nodes.state import STAGES, GraphState, Stage
from value_index.database import Database, Result
from value_index.render import json_cell

ROWS_SHOWN = 8
MAX_ROWS = 2_000
"""Rows compared of a wrong turn's two results: enough to see what differs."""
DEADLINE_SECONDS = 1.0


@dataclass(frozen=True)
class StageText:
    """One stage's output in words."""

    stage: Stage
    variant: str
    ms: float
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Sample:
    """The first rows of a result."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    caption: str


@dataclass(frozen=True)
class Difference:
    """Two results side by side."""

    gold: Sample
    given: Sample
    verdict: str
    """One line: what the answer lacks and what it has too much."""


@dataclass(frozen=True)
class TurnPage:
    """One turn, ready to be shown."""

    turn: TurnView
    stages: tuple[StageText, ...]
    difference: Difference | None
    """Of a wrong turn, where the databases are there."""


@dataclass(frozen=True)
class DialoguePage:
    """One dialogue, ready to be shown."""

    index: int
    database_id: str
    turns: tuple[TurnPage, ...]


def dialogue_pages(run: RunView) -> Iterator[DialoguePage]:
    """Yield every dialogue of a run, in order."""
    for index, turns in run.dialogues:
        yield DialoguePage(index, turns[0].record.database_id, tuple(_page(run, turn) for turn in turns))


def stage_texts(turn: TurnView) -> tuple[StageText, ...]:
    """Return what each stage of a turn gave, in the words of `turnsql ask --explain`."""
    state = _state(turn)
    records = turn.record.stages
    return tuple(
        StageText(stage, records[stage].variant, records[stage].ms, tuple(stage_lines(stage, state)))
        for stage in STAGES
        if records[stage].output is not None
    )


def _page(run: RunView, turn: TurnView) -> TurnPage:
    difference = None
    if turn.mark == "wrong" and turn.gold_sql and run.dataset:
        difference = _difference(run.dataset.open_database(turn.record.database_id), turn.gold_sql, turn.record.sql)
    return TurnPage(turn, stage_texts(turn), difference)


def _state(turn: TurnView) -> GraphState:
    """Return the state that a record tells of."""
    record = turn.record
    outputs = {FIELDS[stage]: record.stages[stage].output for stage in STAGES if stage != "schema_validation"}
    return GraphState.model_validate(
        {
            "turn_id": f"{record.dialogue}/{record.turn}",
            "database_id": record.database_id,
            "utterance": record.utterance,
            "attempts": record.attempts,
            **outputs,
        }
    )


def _difference(database: Database, gold_sql: str, given_sql: str) -> Difference | None:
    gold, given = (_run(database, sql) for sql in (gold_sql, given_sql))
    if not gold.ok:
        return None
    return Difference(_sample(gold), _sample(given), _verdict(gold, given))


def _run(database: Database, sql: str) -> Result:
    if not sql.strip():
        return Result(outcome="error", message="no SQL was written")
    return database.execute(sql, deadline=DEADLINE_SECONDS, max_rows=MAX_ROWS)


def _sample(result: Result) -> Sample:
    if not result.ok:
        return Sample((), (), f"{result.outcome}: {result.message}")
    rows = tuple(tuple(_cell(cell) for cell in row) for row in result.rows[:ROWS_SHOWN])
    count = f"{len(result.rows)}{'+' if result.outcome == 'truncated' else ''}"
    shown = f", the first {ROWS_SHOWN} shown" if len(result.rows) > ROWS_SHOWN else ""
    return Sample(result.columns, rows, f"{count} {'row' if count == '1' else 'rows'}{shown}")


def _verdict(gold: Result, given: Result) -> str:
    if not given.ok:
        return "The answer does not run."
    if len(gold.columns) != len(given.columns):
        return f"Columns: {len(given.columns)} in the answer, {len(gold.columns)} in the gold."
    left, right = Counter(gold.rows), Counter(given.rows)
    missing, extra = (left - right).total(), (right - left).total()
    if not missing and not extra:
        return "The same rows in another order."
    repeated = set(left) == set(right)
    return f"Rows: {missing} missing, {extra} too many{', all of them repetitions' if repeated else ''}."


def _cell(cell: object) -> str:
    return "NULL" if cell is None else str(json_cell(cell))[:80]
