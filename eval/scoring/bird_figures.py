"""bird_figures: the three figures that BIRD publishes, over a run of its questions: EX, soft F1 and R-VES."""

from __future__ import annotations

from collections.abc import Iterator
from math import sqrt
from pathlib import Path
from statistics import fmean, median
from time import perf_counter

from eval.records import TurnRecord, read_manifest, read_turns
from eval.scoring.score import open_rows
from eval.scoring.verdicts.bird import bird
from eval.scoring.verdicts.executions import DEADLINE_SECONDS, Executions
from eval.scoring.verdicts.soft_f1 import soft_f1
from nodes.sql.parsing.parse import repair
from value_index.database import Database
from value_index.files.atomic_file import write_atomically
from value_index.models import FrozenModel
from value_index.render import strict_json

FILE = "bird.json"
_REWARDS = ((2.0, 1.25), (1.0, 1.0), (0.5, 0.75), (0.25, 0.5), (0.0, 0.25))
"""What a right answer is worth, by how many times faster than the gold it is."""


class BirdFigures(FrozenModel):
    """The figures of a run, as shares of the questions whose gold runs."""

    questions: int
    execution_accuracy: float
    soft_f1: float
    r_ves: float | None
    """Square root of the reward by speed, averaged; None if nothing was timed."""
    rounds: int
    """How often each query of a right answer was timed."""

    def describe(self) -> str:
        """Return them as one line."""
        timed = "" if self.r_ves is None else f", R-VES {100 * self.r_ves:.1f} ({self.rounds} timings a query)"
        return (
            f"BIRD's own figures over {self.questions} questions: EX {100 * self.execution_accuracy:.1f}, "
            f"soft F1 {100 * self.soft_f1:.1f}{timed}"
        )


def bird_figures(run: Path, data: Path | None = None, *, rounds: int = 10) -> BirdFigures | None:
    """Score a run as BIRD does and write `bird.json`; None if no gold runs.

    Args:
        run: the folder of a run.
        data: the data folder, where it has moved since.
        rounds: timings of a query; 0 leaves R-VES out.
    """
    dataset, executions = open_rows(read_manifest(run), data), Executions()
    try:
        lines = [
            line
            for record in read_turns(run)
            for line in _scores(record, dataset.by_index[record.dialogue].turns[record.turn].query,
                                dataset.open_database(record.database_id), executions, rounds)
        ]  # fmt: skip
    finally:
        dataset.close()
    if not lines:
        return None
    right, soft, rewards = zip(*lines, strict=True)
    found = BirdFigures(
        questions=len(lines),
        execution_accuracy=fmean(right),
        soft_f1=fmean(soft),
        r_ves=fmean(map(sqrt, rewards)) if rounds else None,
        rounds=rounds,
    )
    write_atomically(run / FILE, strict_json(found.model_dump(mode="json"), indent=2) + "\n")
    return found


def _scores(
    record: TurnRecord, gold_sql: str, database: Database, executions: Executions, rounds: int
) -> Iterator[tuple[bool, float, float]]:
    gold = executions.run(database, gold_sql)
    if gold.outcome != "rows" or record.outcome == "not_run":
        return
    predicted = executions.run(database, record.sql) if record.sql.strip() else None
    if predicted is None or predicted.outcome != "rows":
        yield False, 0.0, 0.0
        return
    right = bird(gold, predicted)
    yield right, soft_f1(gold, predicted), _reward(database, gold_sql, record.sql, rounds) if right and rounds else 0.0


def _reward(database: Database, gold: str, predicted: str, rounds: int) -> float:
    """Time both queries by turns; the median ratio stands, so that one hiccup of the machine does not."""
    ratios = [_seconds(database, gold) / _seconds(database, predicted) for _ in range(rounds)]
    faster = median(ratios)
    return next(reward for least, reward in _REWARDS if faster >= least)


def _seconds(database: Database, sql: str) -> float:
    start = perf_counter()
    database.execute(repair(sql), deadline=DEADLINE_SECONDS)
    return perf_counter() - start
