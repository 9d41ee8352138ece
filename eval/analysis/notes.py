"""NoteFigures: of the wrong answers of a run, how many came without a note that they may be wrong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from agent.config import ExecutionSettings
from agent.other_reading import other_reading
from eval.analysis.unused_notes import ComparedTurn, UnusedFigures, compared_turn, unused_figures
from eval.records import TurnRecord, read_manifest, read_turns
from eval.scoring.score import open_rows
from eval.scoring.scores import read_scores
from eval.scoring.verdicts.executions import Executions
from eval.scoring.verdicts.same_rows import same_rows
from nodes.coverage.unused import unused_mentions
from nodes.node import ADAPTERS, FIELDS, Context
from nodes.sql.parsing.parse import repair
from nodes.state import STAGES, GraphState, Stage, Turn
from value_index.index import ValueIndex
from value_index.models import FrozenModel

LEAST = 0.5
"""Confidence under which an answer counts as noted."""
BINS = 10
EXECUTION = ExecutionSettings()
"""What an answer may cost, as the embedded default has it."""
READ: tuple[Stage, ...] = STAGES[:4]


class NoteFigures(FrozenModel):
    """The scored turns of a run whose planner gives a confidence."""

    turns: int
    right: float
    """Share of right answers, by the value verdict."""
    confidence: float
    """The mean."""
    calibration_error: float
    """The gap of confidence and accuracy, over ten equal bins of confidence."""
    brier: float
    """The mean squared distance of confidence and verdict."""
    wrong: int
    wrong_without_note: int
    """Wrong answers with a confidence of .5 or more, nothing unused, no warning, and no other reading."""
    right_with_note: int
    """Right answers that have one of these."""
    read_otherwise: int
    """Answers that have another reading."""
    wrong_read_otherwise: int
    """Wrong ones among them."""
    right_read_otherwise: int
    """Wrong ones among them whose other reading is right."""
    unused: UnusedFigures
    """Whether what is said to be unused is what the gold plan has and the answer lacks."""


@dataclass(frozen=True)
class NotedTurn:
    """One answer: how sure, whether anything else speaks against it, and whether it is right."""

    confidence: float
    noted: bool
    """Whether words are unused, the validator warns, or another reading comes close."""
    right: bool
    other_right: bool | None = None
    """Whether the other reading is right; None if there is none."""
    compared: ComparedTurn | None = None
    """The answer beside its gold; None where either is no plan."""


def note_figures(run: Path, data: Path | None = None) -> NoteFigures:
    """Count the notes of a scored run.

    Raises:
        TurnSQLError: no run, not scored, other data, or no turn with a confidence.
    """
    manifest = read_manifest(run)
    dataset = open_rows(manifest, data)
    try:
        values = {(line.dialogue, line.turn): line.value for line in read_scores(run)}
        records = [
            r for r in read_turns(run) if r.confidence is not None and values.get((r.dialogue, r.turn)) is not None
        ]
        own = {r.key: r.sql for r in read_turns(run)} if manifest.history != "gold" else None
        contexts: dict[str, Context] = {}
        executions = Executions()
        turns: list[NotedTurn] = []
        for record in records:
            if record.database_id not in contexts:
                database = dataset.open_database(record.database_id)
                contexts[record.database_id] = Context(database.schema, database, ValueIndex.build(database))
            dialogue = dataset.by_index[record.dialogue].turns
            past = dialogue[: record.turn]
            sqls = [each.query for each in past]
            if own is not None:
                sqls = [own.get(type(record.key)(record.dialogue, at), "") for at in range(record.turn)]
            history = tuple(Turn(utterance=e.utterance, sql=sql) for e, sql in zip(past, sqls, strict=True))
            right = bool(values[record.dialogue, record.turn])
            gold = dialogue[record.turn].query
            turns.append(_noted(record, history, contexts[record.database_id], gold, executions, right=right))
    finally:
        dataset.close()
    return figures_of(turns)


def _noted(
    record: TurnRecord,
    history: tuple[Turn, ...],
    context: Context,
    gold: str,
    executions: Executions,
    *,
    right: bool,
) -> NotedTurn:
    """Read what the answer of a turn said against itself."""
    state = GraphState(
        turn_id=str(record.key), database_id=record.database_id, history=history, utterance=record.utterance
    )
    outputs = {FIELDS[s]: ADAPTERS[s].validate_python(record.stages[s].output) for s in READ if s in record.stages}
    state = state.model_copy(update={**outputs, "sql": record.sql})
    warned = bool(record.attempts and record.attempts[-1].violations)
    read = context.of_turn(state)
    told = bool(unused_mentions(state, read))
    compared = compared_turn(record.dialogue, state, gold, read, told=told)
    result = context.database.execute(record.sql, max_rows=EXECUTION.max_rows)
    other = other_reading(state, result, context, EXECUTION)
    other_right = same_rows(executions, context.database, repair(gold), other.sql) if other else None
    return NotedTurn(record.confidence or 0.0, warned or told or other is not None, right, other_right, compared)


def figures_of(turns: Iterable[NotedTurn]) -> NoteFigures:
    """Sum up answers.

    >>> figures_of([NotedTurn(0.9, False, True), NotedTurn(0.7, False, False)]).wrong_without_note
    1
    """
    found = list(turns)
    count = max(1, len(found))
    wrong = [each for each in found if not each.right]
    return NoteFigures(
        turns=len(found),
        right=sum(each.right for each in found) / count,
        confidence=sum(each.confidence for each in found) / count,
        calibration_error=sum(_gaps(found)) / count,
        brier=sum((each.confidence - each.right) ** 2 for each in found) / count,
        wrong=len(wrong),
        wrong_without_note=sum(each.confidence >= LEAST and not each.noted for each in wrong),
        right_with_note=sum(each.right and (each.noted or each.confidence < LEAST) for each in found),
        read_otherwise=sum(each.other_right is not None for each in found),
        wrong_read_otherwise=sum(each.other_right is not None for each in wrong),
        right_read_otherwise=sum(each.other_right is True for each in wrong),
        unused=unused_figures(each.compared for each in found if each.compared is not None),
    )


def _gaps(turns: list[NotedTurn]) -> Iterator[float]:
    """Yield, for each bin of confidence, its gap times its turns."""
    for number in range(BINS):
        here = [each for each in turns if min(BINS - 1, int(each.confidence * BINS)) == number]
        yield abs(sum(each.confidence - each.right for each in here))
