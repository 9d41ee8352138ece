"""compare: runs against the first of them, turn by turn, on the same rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from eval.paired_difference import PairedDifference
from eval.records import Manifest, RunError, read_manifest
from eval.scoring.scores import TurnScores, read_scores
from eval.statistics import Difference, compare_paired, holm, smallest_decidable
from eval.turn_key import TurnKey
from value_index.models import FrozenModel

Metric = Literal["value", "strict", "official", "official_keep_distinct", "bird", "whole_plan", "macro"]
METRICS: tuple[Metric, ...] = get_args(Metric)
SAME = ("dataset", "split", "dialogues", "history", "rows_sha256")
"""Fields of the manifests that must agree, or the turns are not the same turns."""
FREE = (
    "oracle_stages",
    "config_sha256",
    "settings_sha256",
    "prompts_sha256",
    "weights_sha256",
    "knowledge_sha256",
    "evidence",
    "served_model",
    "database_hashes",
    "predictions_sha256",
    "commit",
)
"""Fields that may differ: what a comparison is about."""


class MetricComparison(PairedDifference):
    """One metric of two runs."""

    metric: Metric
    turns: int
    """Turns that both have a score for."""
    first: float
    second: float
    p_adjusted: float
    """The p value corrected by Holm over the runs compared on this metric."""
    decided: bool
    """Whether the interval leaves out 0 and the adjusted p-value is under .05."""


class RunComparison(FrozenModel):
    """One run against the first."""

    first: str
    second: str
    differs_in: tuple[str, ...]
    """Fields of the manifest that may differ, and do."""
    metrics: tuple[MetricComparison, ...]
    fixed: tuple[str, ...]
    """`dialogue/turn` of each turn that the value verdict turned right."""
    broken: tuple[str, ...]
    """And of each that it turned wrong."""
    left_out: int
    """Turns without a value verdict in one of the two: not run, or the gold does not run."""


class ComparedRuns(FrozenModel):
    """Runs compared with the first."""

    smallest_decidable: float | None
    """The smallest difference of verdicts that as many turns could decide, all changing one way."""
    runs: tuple[RunComparison, ...]


def compare(folders: Sequence[Path]) -> ComparedRuns:
    """Compare scored runs with the first of them.

    Raises:
        RunError: a folder is no run, is not scored, or holds other turns than the first; the field is named.
    """
    if len(folders) < 2:
        raise RunError("a comparison needs two runs or more")
    runs = [ScoredRun.read(folder) for folder in folders]
    for other in runs[1:]:
        require_alike(runs[0], other)
    found = [_differences(runs[0], other) for other in runs[1:]]
    shared: list[Metric] = [metric for metric in METRICS if all(metric in entry for entry in found)]
    adjusted: dict[Metric, list[float]] = {
        metric: holm([entry[metric].p_value for entry in found]) for metric in shared
    }
    return ComparedRuns(
        smallest_decidable=smallest_decidable(found[0]["value"].turns, comparisons=len(found)),
        runs=tuple(
            _compared(runs[0], other, entry, {metric: adjusted[metric][place] for metric in shared})
            for place, (other, entry) in enumerate(zip(runs[1:], found, strict=True))
        ),
    )


@dataclass(frozen=True)
class ScoredRun:
    """A scored run."""

    folder: Path
    manifest: Manifest
    scores: dict[TurnKey, TurnScores]

    @classmethod
    def read(cls, folder: Path) -> ScoredRun:
        """Read a run's manifest and scores.

        Raises:
            RunError: the folder is no run, or is not scored.
        """
        return cls(folder, read_manifest(folder), {line.key: line for line in read_scores(folder)})


def require_alike(first: ScoredRun, other: ScoredRun) -> None:
    """Refuse runs over other turns, naming the field of the manifest that differs."""
    for name in SAME:
        ours, theirs = getattr(first.manifest, name), getattr(other.manifest, name)
        if ours != theirs:
            raise RunError(
                f"{first.folder} and {other.folder} are not alike: {name} is {ours!r} and {theirs!r};"
                " compare runs over the same rows and history"
            )
    if odd := first.scores.keys() ^ other.scores.keys():
        dialogue, turn = min(odd)
        raise RunError(
            f"{first.folder} and {other.folder} hold different turns (only one has {dialogue}/{turn}):"
            " finish them with --resume, and score them again"
        )


def _differences(first: ScoredRun, second: ScoredRun) -> dict[Metric, Difference]:
    """Return each metric that some turn of both has, `value` always among them."""
    found: dict[Metric, Difference] = {}
    for metric in METRICS:
        rows = [
            (key[0], ours, theirs)
            for key, line in sorted(first.scores.items())
            for ours, theirs in [(_score(line, metric), _score(second.scores[key], metric))]
            if ours is not None and theirs is not None
        ]
        if rows:
            dialogues, ours, theirs = zip(*rows, strict=True)
            found[metric] = compare_paired(ours, theirs, dialogues)
    if "value" not in found:
        raise RunError(f"{first.folder} and {second.folder} have no turn that both were judged on")
    return found


def _score(line: TurnScores, metric: Metric) -> float | None:
    if metric in ("whole_plan", "macro"):
        return line.plan_of_sql[metric]
    verdict: bool | None = getattr(line, metric)
    return None if verdict is None else float(verdict)


def _compared(
    first: ScoredRun, second: ScoredRun, found: Mapping[Metric, Difference], adjusted: Mapping[Metric, float]
) -> RunComparison:
    return RunComparison(
        first=str(first.folder),
        second=str(second.folder),
        differs_in=tuple(name for name in FREE if getattr(first.manifest, name) != getattr(second.manifest, name)),
        metrics=tuple(metric_comparison(metric, found[metric], p_value) for metric, p_value in adjusted.items()),
        fixed=_turned(first, second, right=True),
        broken=_turned(first, second, right=False),
        left_out=len(first.scores) - found["value"].turns,
    )


def metric_comparison(metric: Metric, found: Difference, adjusted: float) -> MetricComparison:
    """Write a difference down; `adjusted` is its p-value in a family of comparisons, its own where it stands alone."""
    return MetricComparison(
        metric=metric,
        turns=found.turns,
        first=found.first,
        second=found.second,
        **PairedDifference.fields_of(found),
        p_adjusted=adjusted,
        decided=found.decided(adjusted),
    )


def _turned(first: ScoredRun, second: ScoredRun, *, right: bool) -> tuple[str, ...]:
    """Return the turns whose value verdict the second run turned right, or wrong."""
    return tuple(
        f"{key[0]}/{key[1]}"
        for key, line in sorted(first.scores.items())
        if line.value is (not right) and second.scores[key].value is right
    )
