"""judged: the scores of a run's turns and of the two trivial planners on them, by one process or by several."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context

from eval.datasets import Dataset
from eval.records import AloneRecord, RunError, TurnRecord
from eval.scoring.scorer import Scorer
from eval.scoring.scores import BaselineScores, TurnScores
from eval.scoring.suite.turns import with_suite
from eval.turn_key import TurnKey


@dataclass(frozen=True)
class Share:
    """Turns that one process scores: whole dialogues."""

    dataset: Dataset
    records: tuple[TurnRecord, ...]
    alone: dict[TurnKey, list[AloneRecord]]
    suite: bool
    """Whether right turns are judged on copies of the databases too."""


@dataclass(frozen=True)
class Judged:
    """What scoring turns gave, turn by turn; turns that were not run have no baselines."""

    scores: list[TurnScores]
    baselines: list[BaselineScores]


def judged(
    dataset: Dataset, records: Sequence[TurnRecord], alone: Iterable[AloneRecord], *, suite: bool, workers: int = 1
) -> Judged:
    """Score the turns of a run, in the order of the records."""
    beside: defaultdict[TurnKey, list[AloneRecord]] = defaultdict(list)
    for record in alone:
        beside[record.key].append(record)
    if workers == 1:
        return judge_share(Share(dataset, tuple(records), beside, suite))
    shares = _shares(dataset, records, beside, workers, suite=suite)
    # Not forked: a copied process would share locks and open databases with this one.
    with ProcessPoolExecutor(len(shares), get_context("spawn")) as pool:
        try:
            parts = list(pool.map(judge_share, shares))
        except BrokenProcessPool:
            raise RunError("a process that scored was ended: score again, with fewer --workers") from None
    scored = {line.key: line for part in parts for line in part.scores}
    baselines = {line.key: line for part in parts for line in part.baselines}
    keys = [record.key for record in records]
    return Judged([scored[key] for key in keys], [baselines[key] for key in keys if key in baselines])


def judge_share(share: Share) -> Judged:
    """Score some turns in this process."""
    scorer = Scorer(share.dataset)
    scores = [scorer.score(record, share.alone.get(record.key, [])) for record in share.records]
    if share.suite:
        scores = with_suite(scores, share.records, share.dataset)
    baselines = [scorer.baseline_scores(line.key) for line in scores if line.outcome != "not_run"]
    return Judged(scores, baselines)


def _shares(
    dataset: Dataset,
    records: Sequence[TurnRecord],
    alone: dict[TurnKey, list[AloneRecord]],
    workers: int,
    *,
    suite: bool,
) -> list[Share]:
    """Deal the dialogues out in turn."""
    dialogues = sorted({record.dialogue for record in records})
    dealt = [set(dialogues[place::workers]) for place in range(min(workers, len(dialogues)))]
    return [
        Share(
            dataset,
            tuple(record for record in records if record.dialogue in own),
            {key: lines for key, lines in alone.items() if key.dialogue in own},
            suite,
        )
        for own in dealt
    ]
