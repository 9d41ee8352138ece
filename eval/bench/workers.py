"""worker_costs: what a second worker is worth, for answering and for scoring, one and several taking turns."""

from __future__ import annotations

import shutil
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.analysis.identity import identity
from eval.bench.graph import CommandCost, command_cost
from eval.records import RunError


@dataclass(frozen=True)
class Worth:
    """One command with one worker and with several."""

    command: str
    one: CommandCost
    several: CommandCost
    workers: int

    @property
    def by_clock(self) -> float:
        """How much sooner several are done; on a machine that does other things beside, less than they could be."""
        return self.one.seconds / self.several.seconds

    @property
    def by_processor(self) -> float:
        """How much sooner several would be done with a processor each: the work of one over an even share of theirs."""
        return self.one.cpu / (self.several.cpu / self.workers)


def worker_costs(folder: Path, words: Sequence[str], workers: int, rounds: int) -> Iterator[Worth]:
    """Run and score with one worker and with several, in turn, and yield the medians.

    Args:
        folder: where the runs stay.
        words: what `turnsql eval run` is told beside.

    Raises:
        RunError: The records differ.
        TurnSQLError: A command failed.
    """
    runs = {1: folder / "one", workers: folder / "several"}
    costs: dict[tuple[str, int], list[CommandCost]] = {}
    for _ in range(rounds):
        for count, out in runs.items():
            shutil.rmtree(out, ignore_errors=True)
            told = ("--out", str(out), "--workers", str(count))
            costs.setdefault(("run", count), []).append(command_cost("eval", "run", *words, *told))
        if (found := identity(runs[1], runs[workers])).differing:
            raise RunError(found.describe())
        for count, out in runs.items():
            cost = command_cost("eval", "score", str(out), "--workers", str(count))
            costs.setdefault(("score", count), []).append(cost)
    for command in ("run", "score"):
        one, several = (_median(costs[command, count]) for count in runs)
        yield Worth(command, one, several, workers)


def _median(costs: Sequence[CommandCost]) -> CommandCost:
    return CommandCost(*(statistics.median(values) for values in zip(*(vars(c).values() for c in costs), strict=True)))
