"""stage_effects: which stages a training run changed: the own score of each, paired with the base turn by turn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.ablation.ladder import OWN_SCORES
from eval.scoring.scores import Place, TurnScores, read_scores
from eval.statistics import Difference, compare_paired, holm
from nodes.state import STAGES, Stage

PLACES: tuple[Place, ...] = ("in_graph", "alone")


@dataclass(frozen=True)
class StageEffect:
    """The own score of one stage, of the base and of a run."""

    stage: Stage
    place: Place
    found: Difference
    p_adjusted: float
    """The p value corrected by Holm over all stages and runs of the table."""

    @property
    def decided(self) -> bool:
        """Whether the interval leaves out 0 and the adjusted p-value is under .05."""
        return self.found.decided(self.p_adjusted)


def stage_effects(pairs: Sequence[tuple[Path, Path]]) -> list[tuple[StageEffect, ...]]:
    """Return for each base and run the stages that both have scores of, in pipeline order."""
    compared = [_differences(read_scores(base), read_scores(run)) for base, run in pairs]
    adjusted = iter(holm([found.p_value for entry in compared for _, _, found in entry]))
    return [
        tuple(StageEffect(stage, place, found, next(adjusted)) for stage, place, found in entry) for entry in compared
    ]


def _differences(base: Sequence[TurnScores], run: Sequence[TurnScores]) -> list[tuple[Stage, Place, Difference]]:
    theirs = {line.key: line for line in run}
    found: list[tuple[Stage, Place, Difference]] = []
    for stage in STAGES:
        for place in PLACES:
            rows = [
                (line.dialogue, first, second)
                for line in base
                for first, second in [(_own(line, stage, place), _own(theirs[line.key], stage, place))]
                if first is not None and second is not None
            ]
            if rows:
                dialogues, first, second = zip(*rows, strict=True)
                found.append((stage, place, compare_paired(first, second, dialogues)))
    return found


def _own(line: TurnScores, stage: Stage, place: Place) -> float | None:
    return line.stages.get(stage, {}).get(place, {}).get(OWN_SCORES[stage])
