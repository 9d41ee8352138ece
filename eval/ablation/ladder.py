"""Ladder: what each stage is worth, read from the scored runs of `turnsql eval ablate`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.ablation.rungs import (
    BASE,
    Choice,
    Rung,
    Upstream,
    rung_of,
)
from eval.paired_difference import PairedDifference
from eval.records import RunError
from eval.scoring.scores import (
    Summary,
    TurnScores,
    read_scores,
    read_summary,
)
from eval.statistics import compare_paired, rate_interval
from eval.turn_key import TurnKey
from nodes.state import STAGES, Stage
from value_index.models import FrozenModel

OWN_SCORES: dict[Stage, str] = {
    "dialogue_state_tracking": "carried_f1",
    "schema_linking": "column_f1",
    "value_grounding": "value_recall",
    "plan_emission": "whole_plan",
    "sql_generation": "value",
    "schema_validation": "recall",
}
"""The one score of each stage that stands in the ladder; the rest stand in the per-node table."""


_UPSTREAMS: tuple[tuple[Upstream, tuple[Stage, ...]], ...] = (("predicted", STAGES), ("gold", STAGES[1:]))


class Gain(PairedDifference):
    """End-to-end value accuracy of a rung, and its difference from the stage as it is under the same upstream."""

    run: str
    """The rung's run folder."""
    choice: Choice
    variant: str = ""
    value: float


class Step(FrozenModel):
    """One stage under one upstream."""

    stage: Stage
    upstream: Upstream
    variant: str
    """The variant as it is."""
    own_score: str
    own: float | None
    """The stage's own score: in the graph on predicted upstream, alone on gold."""
    value: float
    """End-to-end, the stage as it is."""
    value_interval: tuple[float, float]
    gains: tuple[Gain, ...]

    def gain(self, choice: Choice) -> Gain | None:
        """Return the gain of one choice; None if it was not run."""
        return next((gain for gain in self.gains if gain.choice == choice), None)


class Ladder(FrozenModel):
    """What each stage is worth."""

    turns: int
    """Turns that every rung is judged on."""
    history: str
    value: float
    """The value accuracy of the base."""
    value_interval: tuple[float, float]
    within_reach: float | None = None
    """What a perfect choice among the base's candidates would give; None if it gathers none."""
    steps: tuple[Step, ...]
    """Upstream predicted for all stages, then gold for all but the first."""


def read_ladder(folder: Path) -> Ladder:
    """Read a ladder from its run folders.

    Raises:
        RunError: a run is missing or not scored.
    """
    reader = _Reader.over(judged_runs(folder), read_summary(folder / BASE))
    base = reader.values(BASE)
    return Ladder(
        turns=len(base),
        history=reader.summary.history,
        value=_mean(base),
        value_interval=reader.interval(base),
        within_reach=reader.within_reach(),
        steps=tuple(reader.step(stage, upstream) for upstream, stages in _UPSTREAMS for stage in stages),
    )


def judged_runs(folder: Path) -> dict[str, dict[TurnKey, TurnScores]]:
    """Read the turns of each run of a ladder that have a value verdict.

    Raises:
        RunError: the folder is no ladder.
    """
    runs = {path.parent.name: read_scores(path.parent) for path in sorted(folder.glob("*/scores.jsonl"))}
    if BASE not in runs:
        raise RunError(f"{folder} is no ladder: make one with `turnsql eval ablate --out {folder}`")
    return {name: {line.key: line for line in lines if line.value is not None} for name, lines in runs.items()}


@dataclass(frozen=True)
class _Reader:
    """The verdicts of the runs, on the turns that all of them were judged on."""

    runs: Mapping[str, Mapping[TurnKey, TurnScores]]
    keys: Sequence[TurnKey]
    summary: Summary
    """The summary of the base."""

    @classmethod
    def over(cls, judged: Mapping[str, Mapping[TurnKey, TurnScores]], summary: Summary) -> _Reader:
        keys = sorted(set[TurnKey].intersection(*(set(lines) for lines in judged.values())))
        if not keys:
            raise RunError("no turn was judged in every run of the ladder")
        return cls(judged, keys, summary)

    def values(self, name: str) -> list[float]:
        return [float(bool(self.runs[name][key].value)) for key in self.keys]

    def within_reach(self) -> float | None:
        scores = [self.runs[BASE][key].stages["sql_generation"].get("in_graph", {}) for key in self.keys]
        reached = [score["within_reach"] for score in scores if "within_reach" in score]
        return _mean(reached) if reached else None

    def interval(self, values: Sequence[float]) -> tuple[float, float]:
        low, high = rate_interval(values, [key[0] for key in self.keys]) or (0.0, 1.0)
        return low, high

    def step(self, stage: Stage, upstream: Upstream) -> Step:
        as_it_is = self.values(_as_it_is(stage, upstream))
        place = "in_graph" if upstream == "predicted" else "alone"
        scores: Mapping[str, float | None] = self.summary.means.get("stages", {}).get(stage, {}).get(place, {})
        of_stage = [rung for name in self.runs if (rung := rung_of(name)) and rung.stage == stage]
        gains = [self._gain(rung, as_it_is) for rung in of_stage if rung.upstream == upstream]
        return Step(
            stage=stage,
            upstream=upstream,
            variant=self.summary.variants[stage],
            own_score=OWN_SCORES[stage],
            own=scores.get(OWN_SCORES[stage]),
            value=_mean(as_it_is),
            value_interval=self.interval(as_it_is),
            gains=tuple(gains),
        )

    def _gain(self, rung: Rung, as_it_is: Sequence[float]) -> Gain:
        found = compare_paired(as_it_is, self.values(rung.name), [key[0] for key in self.keys])
        return Gain(
            run=rung.name,
            choice=rung.choice,
            variant=rung.variant,
            value=found.second,
            **PairedDifference.fields_of(found),
        )


def _as_it_is(stage: Stage, upstream: Upstream) -> str:
    """Name the run in which a stage stands as it is: the base, or gold up to the stage before."""
    if upstream == "predicted":
        return BASE
    before = STAGES[STAGES.index(stage) - 1]
    return Rung(before, "oracle", "gold" if before != STAGES[0] else "predicted").name


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
