"""NoteFigures: of the wrong answers of a run, how many came without a note that they may be wrong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from agent.config import ExecutionSettings
from agent.notes.seen import Seen
from eval.analysis.unused_notes import ComparedTurn, UnusedFigures, compared_turn, unused_figures
from eval.records import TurnRecord, read_manifest, read_turns
from eval.scoring.score import open_rows
from eval.scoring.scores import read_scores
from eval.scoring.verdicts.executions import Executions
from eval.scoring.verdicts.same_rows import same_rows
from eval.statistics import area
from nodes.coverage.demand import Demand
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
BOUNDS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)


class NotePoint(FrozenModel):
    """What it would be if a confidence under a bound were the only note."""

    bound: float
    wrong_without_note: float
    """Share of the wrong answers with a confidence at or above the bound."""
    right_with_note: float
    """Share of the right answers with one below it."""


class NoteFigures(FrozenModel):
    """The scored turns of a run whose planner gives a confidence."""

    turns: int
    right: float
    """Share of right answers, by the value verdict."""
    confidence: float
    """The mean, of the answers: what the planner was sure of, mended by what was seen of rows."""
    calibration_error: float
    """The gap of confidence and accuracy, over ten equal bins of confidence."""
    brier: float
    """The mean squared distance of confidence and verdict."""
    area: float
    """How often a right answer has more confidence than a wrong one (area under the curve); .5 where either is missing."""
    planner_area: float
    """The same by the planner's own confidence, before anything is run."""
    curve: tuple[NotePoint, ...]
    """What the confidence alone would tell, bound by bound."""
    wrong: int
    wrong_without_note: int
    """Wrong answers with a confidence of .5 or more, nothing unused, no warning, no other reading, and another query than before."""
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
    """That of the answer, its rows seen."""
    noted: bool
    """Whether words are unused, the validator warns, another reading comes close, or it is the query of the turn before."""
    right: bool
    planner: float = 0.0
    """The planner's own confidence."""
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
    demand = Demand.of(state, read)
    told = bool(unused_mentions(state, read, demand))
    compared = compared_turn(record.dialogue, state, gold, read, told=told)
    result = context.database.execute(record.sql, max_rows=EXECUTION.max_rows)
    seen, planner = Seen.of(state, result, read, EXECUTION, demand), record.confidence or 0.0
    other = seen.other_reading if seen else None
    other_right = same_rows(executions, context.database, repair(gold), other.sql) if other else None
    noted = warned or told or other is not None or (seen is not None and seen.again)
    confidence = seen.confidence if seen else planner
    return NotedTurn(confidence, noted, right, planner, other_right, compared)


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
        area=area([each.confidence for each in found], [each.right for each in found]),
        planner_area=area([each.planner for each in found], [each.right for each in found]),
        curve=tuple(_point(found, bound) for bound in BOUNDS),
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


def _point(turns: list[NotedTurn], bound: float) -> NotePoint:
    wrong = [each.confidence for each in turns if not each.right]
    right = [each.confidence for each in turns if each.right]
    return NotePoint(
        bound=bound,
        wrong_without_note=sum(each >= bound for each in wrong) / max(1, len(wrong)),
        right_with_note=sum(each < bound for each in right) / max(1, len(right)),
    )
