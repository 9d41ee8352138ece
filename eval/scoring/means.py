"""Means over turns, and their intervals, nested as the scores of a turn are."""

from __future__ import annotations

from array import array
from collections.abc import Hashable, Mapping
from statistics import fmean
from typing import Any

from eval.scoring.plan_scores import PLAN_SCORES
from eval.scoring.scores import TurnScores
from eval.scoring.verdicts import VERDICTS
from eval.statistics import ClusterSums, rate_interval

Path = tuple[str, ...]
Bounds = list[float]
KEPT_TURNS = 16_000
"""Turns whose values are kept, for the bootstrap; of more a column keeps sums, so that its size no longer grows."""
_VERDICTS = (*VERDICTS, "strict_raw", "suite")


class Column:
    """One metric over the turns that have it, which come dialogue by dialogue."""

    def __init__(self, kept: int = KEPT_TURNS) -> None:
        self._kept = kept
        self._values, self._dialogues = array("d"), array("q")
        self._sums: ClusterSums | None = None

    def add(self, dialogue: int, value: float | bool | None) -> None:
        """Take in one turn."""
        if value is None:
            return
        if self._sums:
            self._sums.add(dialogue, float(value))
            return
        self._values.append(float(value))
        self._dialogues.append(dialogue)
        if len(self._values) > self._kept:
            self._sums = ClusterSums()
            for each, kept in zip(self._dialogues, self._values, strict=True):
                self._sums.add(each, kept)
            self._values, self._dialogues = array("d"), array("q")

    @property
    def mean(self) -> float | None:
        """None if no turn has the metric."""
        if self._sums:
            return self._sums.mean
        return fmean(self._values) if self._values else None

    @property
    def identity(self) -> Hashable:
        """What two columns of the same turns with the same values share."""
        return self._sums.identity if self._sums else (self._values.tobytes(), self._dialogues.tobytes())

    @property
    def interval(self) -> Bounds | None:
        """95 %; None if there is nothing to average."""
        found = self._sums.interval if self._sums else rate_interval(self._values.tolist(), self._dialogues.tolist())
        return [found.low, found.high] if found else None


class Columns:
    """Every metric of the turns that were run, by its path in a line of scores."""

    def __init__(self) -> None:
        empty: list[Path] = [(verdict,) for verdict in _VERDICTS]
        empty += [(part, name) for part in ("plan", "plan_of_sql") for name in PLAN_SCORES]
        self._found = {path: Column() for path in empty}

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
                    self._found.setdefault(("stages", stage, place, name), Column()).add(line.dialogue, value)

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
