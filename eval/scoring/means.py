"""Means over turns, and their intervals, nested as the scores of a turn are."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean
from typing import Any

from eval.scoring.plan_scores import PLAN_SCORES
from eval.scoring.scores import TurnScores
from eval.scoring.verdicts import VERDICTS
from eval.statistics import rate_interval

Path = tuple[str, ...]
Bounds = list[float]
_VERDICTS = (*VERDICTS, "strict_raw", "suite")


@dataclass
class Column:
    """One metric over the turns that have it."""

    values: list[float] = field(default_factory=list[float])
    dialogues: list[int] = field(default_factory=list[int])

    def add(self, line: TurnScores, value: float | bool | None) -> None:
        """Take in one turn."""
        if value is not None:
            self.values.append(float(value))
            self.dialogues.append(line.dialogue)

    @property
    def mean(self) -> float | None:
        """None if no turn has the metric."""
        return fmean(self.values) if self.values else None


def columns(lines: Iterable[TurnScores]) -> dict[Path, Column]:
    """Gather every metric of the turns that were run, by its path in a line of scores."""
    empty: list[Path] = [(verdict,) for verdict in _VERDICTS]
    empty += [(part, name) for part in ("plan", "plan_of_sql") for name in PLAN_SCORES]
    found = {path: Column() for path in empty}
    for line in lines:
        for verdict in _VERDICTS:
            found[verdict,].add(line, getattr(line, verdict))
        for part, scores in (("plan", line.plan), ("plan_of_sql", line.plan_of_sql)):
            for name, value in scores.items():
                found[part, name].add(line, value)
        for stage, places in line.stages.items():
            for place, metrics in places.items():
                for name, value in metrics.items():
                    found.setdefault(("stages", stage, place, name), Column()).add(line, value)
    return found


def means(found: Mapping[Path, Column]) -> dict[str, Any]:
    """Nest the means as the scores of a turn are nested."""
    return _nested({path: column.mean for path, column in found.items()})


class Intervals:
    """95 % intervals of means over turns; the same turns with the same values are drawn once."""

    def __init__(self) -> None:
        self._known: dict[Hashable, Bounds | None] = {}

    def of(self, values: Sequence[float], dialogues: Sequence[int]) -> Bounds | None:
        """Return the interval; None if there is nothing to average."""
        key = (tuple(values), tuple(dialogues))
        if key not in self._known:
            found = rate_interval(values, dialogues)
            self._known[key] = [found.low, found.high] if found else None
        return self._known[key]

    def nested(self, found: Mapping[Path, Column]) -> dict[str, Any]:
        """Nest the intervals of every column as the scores of a turn are nested."""
        return _nested({path: self.of(column.values, column.dialogues) for path, column in found.items()})


def _nested(flat: Mapping[Path, Any]) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for (*branches, leaf), value in flat.items():
        place = tree
        for branch in branches:
            place = place.setdefault(branch, {})
        place[leaf] = value
    return tree
