"""judged: the scores of a run's turns and of the two trivial planners on them, by one process or by several."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from eval.datasets import Dataset
from eval.records import Record, RunError, read_lines
from eval.scoring.scored_input import each_scored_input, each_turn_key
from eval.scoring.scorer import Scorer
from eval.scoring.scores import BaselineScores, TurnScores
from eval.scoring.suite.turns import with_suite
from value_index.render import strict_json


class JudgedTurn(Record):
    """What scoring a turn gave."""

    scores: TurnScores
    baseline: BaselineScores | None = None
    """None where the turn was not run."""


@dataclass(frozen=True)
class Share:
    """Turns that one process scores: whole dialogues."""

    dataset: Dataset
    run: Path
    place: int
    """Which process it is, from 0."""
    workers: int
    suite: bool
    """Whether right turns are judged on copies of the databases too."""

    def judge(self) -> Iterator[JudgedTurn]:
        """Score the turns in the order of the run's file; one is in memory at a time."""
        own = {d.index for d in self.dataset.dialogues[self.place :: self.workers]}
        found = each_scored_input(self.run, own if self.workers > 1 else None)
        scorer = Scorer(self.dataset)
        scored = ((scorer.score(record, alone), record) for record, alone in found)
        for line in with_suite(scored, self.dataset) if self.suite else (line for line, _ in scored):
            ran = line.outcome != "not_run"
            yield JudgedTurn(scores=line, baseline=scorer.baseline_scores(line.key) if ran else None)

    def write(self, folder: Path) -> Path:
        """Score the turns into a file."""
        path = folder / f"{self.place}.jsonl"
        with path.open("w", encoding="utf-8") as file:
            file.writelines(strict_json(turn.model_dump(mode="json")) + "\n" for turn in self.judge())
        return path


def judged(dataset: Dataset, run: Path, *, suite: bool, workers: int = 1) -> Iterator[JudgedTurn]:
    """Score the turns of a run, in the order of its records.

    Raises:
        RunError: A process was ended.
    """
    workers = min(workers, len(dataset.dialogues))
    shares = [Share(dataset, run, place, workers, suite) for place in range(workers)]
    if workers == 1:
        yield from shares[0].judge()
        return
    places = {d.index: place % workers for place, d in enumerate(dataset.dialogues)}
    with tempfile.TemporaryDirectory() as folder:
        parts = [read_lines(path, JudgedTurn) for path in _written(shares, Path(folder))]
        for key in each_turn_key(run):
            yield next(parts[places[key.dialogue]])


def _written(shares: Iterable[Share], folder: Path) -> list[Path]:
    # Not forked: a copied process would share locks and open databases with this one.
    own, *others = shares
    with ProcessPoolExecutor(len(others), get_context("spawn")) as pool:
        given = [pool.submit(share.write, folder) for share in others]
        try:
            return [own.write(folder), *(each.result() for each in given)]
        except BrokenProcessPool:
            raise RunError("a process that scored was ended: score again, with fewer --workers") from None
