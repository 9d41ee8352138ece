"""Means over turns, and their intervals, nested as the scores of a turn are."""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Hashable, Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from eval.scoring.plan_scores import PLAN_SCORES
from eval.scoring.scores import TurnScores
from eval.scoring.verdicts import VERDICTS
from eval.statistics import ClusterSums, Floats, totals_interval

Path = tuple[str, ...]
Bounds = list[float]
KEPT_TURNS = 16_000
"""Turns whose dialogues are kept, for the bootstrap; of more a column keeps sums, so that its size no longer grows."""
_VERDICTS = (*VERDICTS, "strict_raw", "suite")


class Column:
    """One metric over the turns that have it, which come dialogue by dialogue (or nearly: a dialogue may come again)."""

    def __init__(self, kept: int = KEPT_TURNS) -> None:
        self._left = kept
        self._times = Counter[float]()
        """How often each value came: scores are fractions of small numbers, so that these are few."""
        self._dialogue, self._total, self._size = -1, 0.0, 0
        self._sums, self._runs = ClusterSums(), _Runs()

    def add(self, dialogue: int, value: float | bool | None) -> None:
        """Take in one turn."""
        if value is None:
            return
        if dialogue != self._dialogue:
            self._close()
            self._dialogue = dialogue
        self._times[float(value)] += 1
        self._total, self._size = self._total + value, self._size + 1

    @property
    def mean(self) -> float | None:
        """None if no turn has the metric."""
        if not self._times:
            return None
        total = sum(Fraction(value) * times for value, times in self._times.items())
        return float(total) / self._times.total()  # the digits of `statistics.fmean`

    @property
    def identity(self) -> Hashable:
        """What two columns of the same turns with the same values share."""
        self._close()
        kept = self._runs.identity if self._runs else self._sums.identity
        return (kept, frozenset(self._times.items()))

    @property
    def interval(self) -> Bounds | None:
        """95 %; None if there is nothing to average."""
        self._close()
        if (mean := self.mean) is None:
            return None
        if self._runs is None:
            return list(self._sums.interval(mean, self._times))
        return list(totals_interval(*self._runs.by_dialogue(), mean, self._times))

    def _close(self) -> None:
        """Add the turns of the dialogue that has come to its end."""
        if not self._size:
            return
        self._sums.add(self._total, self._size)
        self._left -= self._size
        if self._left < 0:
            self._runs = None
        if self._runs:
            self._runs.add(self._dialogue, self._total, self._size)
        self._dialogue, self._total, self._size = -1, 0.0, 0


class _Runs:
    """Turns of one dialogue after the other, summed up."""

    def __init__(self) -> None:
        self._dialogues, self._totals, self._sizes = array("q"), array("d"), array("i")

    def add(self, dialogue: int, total: float, size: int) -> None:
        self._dialogues.append(dialogue)
        self._totals.append(total)
        self._sizes.append(size)

    @property
    def identity(self) -> Hashable:
        return tuple(part.tobytes() for part in (self._dialogues, self._totals, self._sizes))

    def by_dialogue(self) -> tuple[Floats, Floats]:
        """Return the sum and the number of turns of each dialogue, in the order in which the dialogues came first."""
        numbers: dict[int, int] = {}
        places = [numbers.setdefault(dialogue, len(numbers)) for dialogue in self._dialogues]
        totals, sizes = (np.bincount(places, part).astype(np.float64) for part in (self._totals, self._sizes))
        return totals, sizes


class Columns:
    """Every metric of the turns that were run, by its path in a line of scores."""

    def __init__(self) -> None:
        always: list[Path] = [(verdict,) for verdict in _VERDICTS]
        always += [(part, name) for part in ("plan", "plan_of_sql") for name in PLAN_SCORES]
        self._found = defaultdict[Path, Column](Column, {path: Column() for path in always})

    def add(self, line: TurnScores) -> None:
        """Take in one turn."""
        for verdict in _VERDICTS:
            self._found[verdict,].add(line.dialogue, getattr(line, verdict))
        for part, scores in (("plan", line.plan), ("plan_of_sql", line.plan_of_sql)):
            for name, value in scores.items():
                self._found[part, name].add(line.dialogue, value)
        for stage, places in line.stages.items():
            for place, metrics in places.items():
                for name, value in metrics.items():
                    self._found["stages", stage, place, name].add(line.dialogue, value)

    def means(self) -> dict[str, Any]:
        """Nest the means as the scores of a turn are nested."""
        return _nested({path: column.mean for path, column in self._found.items()})

    def intervals(self, known: Intervals) -> dict[str, Any]:
        """Nest the intervals as the scores of a turn are nested."""
        return _nested({path: known.of(column) for path, column in self._found.items()})


class Intervals:
    """95 % intervals of means over turns; the same turns with the same values are drawn once."""

    def __init__(self) -> None:
        self._known: dict[Hashable, Bounds | None] = {}

    def of(self, column: Column) -> Bounds | None:
        """Return the interval; None if there is nothing to average."""
        key = column.identity
        if key not in self._known:
            self._known[key] = column.interval
        return self._known[key]


def _nested(flat: Mapping[Path, Any]) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for (*branches, leaf), value in flat.items():
        place = tree
        for branch in branches:
            place = place.setdefault(branch, {})
        place[leaf] = value
    return tree
