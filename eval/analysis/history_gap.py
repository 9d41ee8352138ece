"""history_gap: what a history of the system's own SQL, or of corrupted gold, costs against one of gold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from statistics import fmean, median
from typing import get_args

from eval.analysis.constraint_ledger import ConstraintLedger, read_ledger
from eval.records import HistoryMode, RunError
from eval.runs.experiment import RunOptions, read_experiment
from eval.runs.run import run
from eval.scoring.score import score
from eval.scoring.scores import TurnScores, read_scores
from eval.scoring.summary import POSITIONS
from eval.statistics import compare_paired, rate_interval
from value_index.files.atomic_file import write_atomically
from value_index.files.folders import taken
from value_index.models import FrozenModel

MODES: tuple[HistoryMode, ...] = get_args(HistoryMode)
GOLD: HistoryMode = "gold"


class Derailing(FrozenModel):
    """How dialogues go wrong, and whether they come back."""

    dialogues: int
    derailed: int
    """Dialogues with a wrong turn."""
    first_wrong: float | None
    """Median position (1 is the first turn) of the first wrong turn, over the derailed."""
    after_wrong: int
    """Turns that follow a wrong turn."""
    recovered: int
    """How many of them are right."""

    @property
    def recovery(self) -> float | None:
        """Share of right turns after a wrong one."""
        return self.recovered / self.after_wrong if self.after_wrong else None


class HistoryRun(FrozenModel):
    """One mode of history."""

    history: HistoryMode
    turns: int
    value: float
    interval: tuple[float, float]
    gap: float
    """This mode minus gold, on the turns that both have."""
    gap_interval: tuple[float, float]
    by_turn: dict[str, float]
    """Value accuracy by turn position."""
    derailing: Derailing
    ledger: ConstraintLedger


class HistoryGap(FrozenModel):
    """The modes of history, gold first."""

    noise_rate: float
    """How many of the earlier turns were edited under `noised`."""
    runs: tuple[HistoryRun, ...]


def run_histories(options: RunOptions, *, say: Callable[[str], object] | None = None) -> HistoryGap:
    """Run and score all modes under `options.out`, and write `history.json` there.

    Raises:
        TurnSQLError: bad data, configuration or folder.
    """
    if said := taken(options.out):
        raise RunError(said)
    for mode in MODES:
        counts = run(replace(options, history=mode, out=options.out / mode))
        value = score(options.out / mode, options.data).means.get("value")
        if say:
            say(f"{mode}: {counts.describe()}, value {'–' if value is None else format(value, '.3f')}")
    _, experiment = read_experiment(options)
    gap = read_histories(options.out, options.data, noise_rate=experiment.noise_rate)
    write_atomically(options.out / "history.json", gap.model_dump_json(indent=2) + "\n")
    return gap


def read_histories(folder: Path, data: Path | None = None, *, noise_rate: float) -> HistoryGap:
    """Compare the scored runs of a folder, one a mode."""
    scores: dict[HistoryMode, list[TurnScores]] = {
        mode: [line for line in read_scores(folder / mode) if line.value is not None] for mode in MODES
    }
    if not all(scores.values()):
        raise RunError(f"{folder} has a run without a turn to judge")
    runs = tuple(_compared(mode, scores, read_ledger(folder / mode, data)) for mode in MODES)
    return HistoryGap(noise_rate=noise_rate, runs=runs)


def _compared(mode: HistoryMode, scores: dict[HistoryMode, list[TurnScores]], ledger: ConstraintLedger) -> HistoryRun:
    ours, gold = ({line.key: float(bool(line.value)) for line in scores[name]} for name in (mode, GOLD))
    keys = sorted(ours.keys() & gold.keys())
    found = compare_paired([gold[key] for key in keys], [ours[key] for key in keys], [key[0] for key in keys])
    low, high = rate_interval(list(ours.values()), [key[0] for key in ours]) or (0.0, 1.0)
    return HistoryRun(
        history=mode,
        turns=len(ours),
        value=fmean(ours.values()),
        interval=(low, high),
        gap=found.difference,
        gap_interval=(found.interval.low, found.interval.high),
        by_turn=_by_turn(scores[mode]),
        derailing=derailing(scores[mode]),
        ledger=ledger,
    )


def _by_turn(lines: Iterable[TurnScores]) -> dict[str, float]:
    groups: defaultdict[str, list[bool]] = defaultdict(list)
    for line in lines:
        groups[POSITIONS[min(line.turn, len(POSITIONS) - 1)]].append(bool(line.value))
    return {name: fmean(groups[name]) for name in POSITIONS if name in groups}


def derailing(lines: Sequence[TurnScores]) -> Derailing:
    """Tell when dialogues go wrong first, and how often a turn after a wrong one is right."""
    dialogues: defaultdict[int, list[TurnScores]] = defaultdict(list)
    for line in sorted(lines, key=lambda line: line.key):
        dialogues[line.dialogue].append(line)
    first = [next((line.turn + 1 for line in turns if not line.value), None) for turns in dialogues.values()]
    derailed = [position for position in first if position is not None]
    after = [bool(line.value) for turns in dialogues.values() for before, line in pairwise(turns) if not before.value]
    return Derailing(
        dialogues=len(dialogues),
        derailed=len(derailed),
        first_wrong=float(median(derailed)) if derailed else None,
        after_wrong=len(after),
        recovered=sum(after),
    )
