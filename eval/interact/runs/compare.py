"""compare_tasks: two runs over the same tasks: which were solved by one alone, and whether the records are the same."""

from __future__ import annotations

from pathlib import Path

from eval.interact.runs.record import read_tasks, same_tasks
from value_index.models import FrozenModel


class TaskComparison(FrozenModel):
    """A run against another."""

    runs: tuple[str, str]
    tasks: int
    """Tasks that both have played."""
    reward: float
    """The mean reward of the second less that of the first."""
    fixed: tuple[str, ...]
    """Tasks whose first phase the second alone solved."""
    broken: tuple[str, ...]
    differing: tuple[str, ...]
    """Tasks whose records differ, times aside."""

    def lines(self) -> list[str]:
        """Say it, a line each."""
        first, second = self.runs
        return [
            f"{second} against {first}: {self.tasks} tasks, reward {self.reward:+.3f}",
            f"phase 1 fixed {len(self.fixed)}, broken {len(self.broken)}"
            + (f"; broken: {', '.join(self.broken)}" if self.broken else ""),
            "all records identical" if not self.differing else f"{len(self.differing)} records differ",
        ]


def compare_tasks(first: Path, second: Path) -> TaskComparison:
    """Compare two runs.

    Raises:
        RunError: one of them is no run of BIRD-Interact.
    """
    ours = {each.instance_id: each for each in read_tasks(first)}
    theirs = {each.instance_id: each for each in read_tasks(second)}
    both = [key for key in ours if key in theirs and ours[key].error is None and theirs[key].error is None]
    gained = sum(theirs[key].reward - ours[key].reward for key in both)
    return TaskComparison(
        runs=(str(first), str(second)),
        tasks=len(both),
        reward=gained / len(both) if both else 0.0,
        fixed=tuple(key for key in both if theirs[key].passed.get(1) and not ours[key].passed.get(1)),
        broken=tuple(key for key in both if ours[key].passed.get(1) and not theirs[key].passed.get(1)),
        differing=same_tasks(ours.values(), theirs.values()),
    )
