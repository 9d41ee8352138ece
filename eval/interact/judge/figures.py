"""figures: success by phase and reward of a run of tasks, each with its interval."""

from __future__ import annotations

from collections.abc import Sequence

from eval.statistics import Interval, rate_interval
from value_index.models import FrozenModel


class TaskOutcome(FrozenModel):
    """How a task ended."""

    instance_id: str
    database: str
    phase1: bool
    phase2: bool
    reward: float
    reachable: float
    """What the task could have earned."""


class Figure(FrozenModel):
    """A mean over the tasks."""

    mean: float
    low: float
    high: float


class Figures(FrozenModel):
    """What a run comes to; phases are counted over all tasks, as the benchmark does."""

    tasks: int
    phase1: Figure
    phase2: Figure
    reward: Figure
    """The benchmark's score: the mean of the rewards."""
    normalised_reward: float
    """The rewards over what was reachable: 1.0 of a run that solves everything, with or without follow-ups."""


def figures(outcomes: Sequence[TaskOutcome]) -> Figures | None:
    """Return the figures of tasks that have ended; None if none has."""
    if not outcomes:
        return None
    reachable = sum(each.reachable for each in outcomes)
    return Figures(
        tasks=len(outcomes),
        phase1=_figure([float(each.phase1) for each in outcomes]),
        phase2=_figure([float(each.phase2) for each in outcomes]),
        reward=_figure([each.reward for each in outcomes]),
        normalised_reward=sum(each.reward for each in outcomes) / reachable if reachable else 0.0,
    )


def _figure(values: Sequence[float]) -> Figure:
    """Take each task for one draw: they are independent conversations."""
    interval = rate_interval(values, range(len(values))) or Interval(0.0, 0.0)
    return Figure(mean=sum(values) / len(values), low=interval.low, high=interval.high)
