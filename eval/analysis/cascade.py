"""cascade: what it gives and costs to send a language model only the turns that the planner is least sure of.

Read from two scored runs over the same turns, one without the model and one with it: no model is called. With gold
history a turn does not depend on the answers before it, so that a cascade's run would hold these very answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, groupby
from math import floor
from pathlib import Path

from eval.analysis.cascade_turns import (
    CascadeTurn,
    cuts,
    pairs,
    threshold,
)
from eval.analysis.compare import (
    MetricComparison,
    ScoredRun,
    metric_comparison,
    require_alike,
)
from eval.analysis.costs import CallCosts
from eval.records import Manifest, RunError
from eval.statistics import compare_paired, rate_interval
from value_index.models import FrozenModel

STEPS = 20
"""Shares of the turns that are shown, beside none."""


class Point(FrozenModel):
    """One threshold."""

    below: float | None
    """Confidence under which a turn is sent, for `below` of sql_generation; None if all are."""
    sent: int
    """Turns."""
    share: float
    """The share of the turns that are sent."""
    value: float
    """Value accuracy, the turns that are not sent included."""
    low: float
    """95 % interval, dialogues resampled."""
    high: float
    fixed: int
    """Turns that the model turns right."""
    broken: int
    """And wrong."""
    perfect: float
    """Value accuracy where a judge who knows both answers chooses as many turns."""
    random: float
    """And where chance does."""
    tokens: float
    """Prompt and completion, a turn, over all turns; the next two likewise."""
    seconds: float
    """The seconds of the model's calls."""
    price: float | None
    """None if it is unknown."""


class Chosen(FrozenModel):
    """A threshold that was chosen beforehand, turn by turn against the runs."""

    point: Point
    against_first: MetricComparison
    """The cascade against the run without the model."""
    against_second: MetricComparison
    """And against the run that always asks."""


class Cascade(FrozenModel):
    """The curve."""

    first: str
    """Folder of the run without the model."""
    second: str
    turns: int
    """Judged in both."""
    left_out: int
    """Not run, or the gold does not run."""
    oracle: bool
    """Whether a stage of one of them was given gold: then these are no figures of a real system."""
    points: tuple[Point, ...]
    """The points from the fewest turns sent to all."""
    hindsight: Point
    """The best threshold of all, chosen on these turns: no estimate of what it gives on others."""
    skill: float | None
    """The place of the curve between chance (0) and the perfect judge (1), over all shares; None if the two are equal.
    """
    chosen: Chosen | None = None


def cascade(first: Path, second: Path, below: float | None = None) -> Cascade:
    """Draw the curve from a run without a language model and one with it.

    Args:
        first: its first plans must carry confidences.
        below: a threshold to compare with both runs.

    Raises:
        RunError: a folder is no scored run, the runs hold other turns or their own history, no plan carries a
            confidence, or the second asked no model, or is a cascade itself.
    """
    runs = ScoredRun.read(first), ScoredRun.read(second)
    require_alike(*runs)
    if runs[0].manifest.history == "predicted":
        raise RunError(
            f"{first} and {second} each have a history of their own, so that a turn of one says nothing of the other:"
            " run both with gold history, or the cascade itself (configs/experiments/cascade.toml)"
        )
    if is_cascade(runs[1].manifest):
        raise RunError(f"{second} is a cascade itself: give a run whose sql_generation has no `below`")
    turns = pairs(runs)
    if all(turn.confidence < 0 for turn in turns):
        raise RunError(f"no plan of {first} has a confidence: give a run of the compact planner first")
    if not any(turn.calls[1] for turn in turns):
        raise RunError(f"{second} asked no language model: give the run without one first, the run with it second")
    shown = sorted({_cut(turns, floor(len(turns) * step / STEPS)) for step in range(STEPS + 1)})
    return Cascade(
        first=str(first),
        second=str(second),
        turns=len(turns),
        left_out=len(runs[0].scores) - len(turns),
        oracle=any(run.manifest.oracle_stages for run in runs),
        points=tuple(_point(turns, sent) for sent in shown),
        hindsight=_point(turns, _best(turns)),
        skill=skill([turn.gain for turn in turns], [turn.confidence for turn in turns]),
        chosen=None if below is None else _chosen(turns, below),
    )


def is_cascade(manifest: Manifest) -> bool:
    """Tell whether a run asked its model for some turns only."""
    return manifest.config.get("nodes", {}).get("sql_generation", {}).get("below") is not None


def skill(gains: Sequence[float], confidences: Sequence[float]) -> float | None:
    """Return where sending the least confident first lies between chance (0) and a perfect judge (1).

    Args:
        gains: what sending each turn changes, -1, 0 or 1, the least confident first.
        confidences: of the same turns; those of equal confidence share their gains evenly.

    >>> skill([1, 0, 0, -1], [0.1, 0.2, 0.3, 0.4]), skill([0, 1], [0.5, 0.5]), skill([0, 0], [0.1, 0.2])
    (1.0, 0.0, None)
    """
    even: list[float] = []
    for _, tie in groupby(zip(gains, confidences, strict=True), key=lambda pair: pair[1]):
        part = [gain for gain, _ in tie]
        even += [sum(part) / len(part)] * len(part)
    chance = [sum(gains) / len(gains)] * len(gains)
    reached, random, perfect = (sum(accumulate(order)) for order in (even, chance, sorted(gains, reverse=True)))
    return (reached - random) / (perfect - random) if perfect - random > 1e-9 else None


def _cut(turns: Sequence[CascadeTurn], most: int) -> int:
    """Return the largest number of turns that can be sent and is not above `most`; else the smallest."""
    possible = list(cuts(turns))
    return max((cut for cut in possible if cut <= most), default=possible[0])


def _best(turns: Sequence[CascadeTurn]) -> int:
    """Return how many turns sent give the best accuracy; of several, the fewest."""
    gained = [0.0, *accumulate(turn.gain for turn in turns)]
    return max(cuts(turns), key=lambda sent: (gained[sent], -sent))


def _point(turns: Sequence[CascadeTurn], sent: int) -> Point:
    values, total = _values(turns, sent), len(turns)
    interval = rate_interval(values, [turn.dialogue for turn in turns])
    assert interval
    cost = CallCosts.of(call for place, turn in enumerate(turns) for call in turn.calls[place < sent])
    gains = [turn.gain for turn in turns]
    alone = sum(turn.values[0] for turn in turns)
    return Point(
        below=threshold(turns, sent),
        sent=sent,
        share=sent / total,
        value=sum(values) / total,
        low=interval.low,
        high=interval.high,
        fixed=gains[:sent].count(1),
        broken=gains[:sent].count(-1),
        perfect=(alone + sum(sorted(gains, reverse=True)[:sent])) / total,
        random=(alone + sum(gains) * sent / total) / total,
        tokens=(cost.prompt_tokens + cost.completion_tokens) / total,
        seconds=cost.seconds / total,
        price=0.0 if not cost.calls else None if cost.price is None else cost.price / total,
    )


def _values(turns: Sequence[CascadeTurn], sent: int) -> list[float]:
    return [turn.values[place < sent] for place, turn in enumerate(turns)]


def _chosen(turns: Sequence[CascadeTurn], below: float) -> Chosen:
    sent = sum(turn.confidence < below for turn in turns)
    mixed, dialogues = _values(turns, sent), [turn.dialogue for turn in turns]
    ends = [_values(turns, end) for end in (0, len(turns))]
    first, second = (compare_paired(end, mixed, dialogues) for end in ends)
    return Chosen(
        point=_point(turns, sent).model_copy(update={"below": below}),
        against_first=metric_comparison("value", first, first.p_value),
        against_second=metric_comparison("value", second, second.p_value),
    )
