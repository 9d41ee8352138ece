"""How steadily a configuration answers: the same turns several times over, and an interval that allows for the difference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import hypot
from statistics import fmean, stdev

from eval.records import RunError, read_turns
from eval.runs.experiment import RunOptions
from eval.runs.run import run
from eval.scoring.score import score
from eval.scoring.scores import read_scores
from eval.statistics import ALPHA, Interval, rate_interval
from eval.turn_key import TurnKey
from value_index.models import FrozenModel


class Repeatability(FrozenModel):
    """What repeated runs of one configuration agree on."""

    repeats: int
    turns: int
    """Scored in every run."""
    values: tuple[float, ...]
    """Value accuracy of each run."""
    flip_rate: float
    """The share of the turns whose verdict differs between runs."""
    rewritten: float
    """The share of the turns whose SQL differs between runs."""
    stated: Interval
    """95 % interval of the first run by itself: other dialogues."""
    widened: Interval
    """The same, and another run."""
    flipped: tuple[TurnKey, ...]
    """Dialogue and turn of those that flip."""

    def describe(self) -> str:
        """Return the figures as a few lines."""
        runs = ", ".join(f"{value:.3f}" for value in self.values)
        return "\n".join(
            (
                f"{self.repeats} runs of {self.turns} turns: value {runs}",
                f"verdicts that flip: {self.flip_rate:.3f} ({len(self.flipped)} turns); SQL that changes: {self.rewritten:.3f}",
                f"value {self.values[0]:.3f}, 95 % {_ends(self.stated)}; with the runs' own spread {_ends(self.widened)}",
            )
        )


def run_repeatedly(options: RunOptions, repeats: int) -> Repeatability:
    """Run and score the turns several times, into numbered folders of `out`; finished ones are kept.

    Raises:
        RunError: a run left turns unanswered; called again, it goes on where it stopped.
    """
    if options.cassette:
        raise RunError("a recording answers the same every time: leave --record and --replay out")
    folders = [options.out / str(number) for number in range(1, repeats + 1)]
    for folder in folders:
        counts = run(replace(options, out=folder, resume=True))
        if counts.stopped or counts.not_run:
            raise RunError(
                f"{folder}: {counts.not_run} turns not run ({counts.stopped or counts.first_error}); run it again"
            )
        score(folder)
    verdicts = [{s.key: float(s.value) for s in read_scores(f) if s.value is not None} for f in folders]
    return repeatability(verdicts, [{record.key: record.sql for record in read_turns(folder)} for folder in folders])


def repeatability(verdicts: Sequence[dict[TurnKey, float]], texts: Sequence[dict[TurnKey, str]]) -> Repeatability:
    """Compare the verdicts and SQL texts of runs of the same turns, two runs or more."""
    keys = sorted(set.intersection(*(set(run) for run in verdicts)))
    if not keys:
        raise RunError("no turn has a verdict in every run: nothing to compare")
    values = [fmean(run[key] for key in keys) for run in verdicts]
    flipped = [key for key in keys if len({run[key] for run in verdicts}) > 1]
    stated = rate_interval([verdicts[0][key] for key in keys], [dialogue for dialogue, _ in keys])
    assert stated
    return Repeatability(
        repeats=len(verdicts),
        turns=len(keys),
        values=tuple(values),
        flip_rate=len(flipped) / len(keys),
        rewritten=sum(len({run[key] for run in texts}) > 1 for key in keys) / len(keys),
        stated=stated,
        widened=widened(stated, values),
        flipped=tuple(flipped),
    )


def widened(stated: Interval, values: Sequence[float]) -> Interval:
    """Add the spread between runs to an interval, as independent errors add: Student's t, the runs being few.

    >>> widened(Interval(0.4, 0.6), [0.5, 0.5, 0.5])
    Interval(low=0.4, high=0.6)
    """
    from scipy.special import stdtrit  # scipy.stats takes a second to load

    spread = float(stdtrit(len(values) - 1, 1 - ALPHA / 2)) * stdev(values)
    middle = values[0]
    low, high = middle - hypot(middle - stated.low, spread), middle + hypot(stated.high - middle, spread)
    return Interval(max(0.0, low), min(1.0, high))


def _ends(interval: Interval) -> str:
    return f"{interval.low:.3f} to {interval.high:.3f}"
