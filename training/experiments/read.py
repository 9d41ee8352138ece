"""Experiments: training runs, each with a scored run of what it made, against the base that it started from."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from eval.ablation.ladder import Ladder, read_ladder
from eval.ablation.rungs import BASE
from eval.analysis.compare import RunComparison, compare
from eval.scoring.scores import Summary, read_summary
from training.experiments.stage_effects import StageEffect, stage_effects
from training.settings import TrainingError
from value_index.errors import first_problem
from value_index.models import ForeignModel


class TrainingManifest(ForeignModel):
    """What the table reads of a training run's manifest; the rest is ignored."""

    data: str = ""
    """The folder of rows."""
    rows: dict[str, int] = Field(default_factory=dict[str, int])
    """The rows by split."""
    steps: int = 0
    seconds: float = 0.0
    loss: float | None = None
    peak_memory_mb: float | None = None


@dataclass(frozen=True)
class Experiment:
    """One training run and what came of it."""

    name: str
    training: TrainingManifest
    sources: tuple[str, ...]
    """The sources of the rows, if their manifest tells them."""
    summary: Summary
    """The summary of the scored run."""
    against: RunComparison
    """The comparison with the base."""
    stage_effects: tuple[StageEffect, ...]
    """The effects on its stages, compared with the base."""
    ladder: Ladder | None
    """The ladder, if one was given in place of a scored run."""


@dataclass(frozen=True)
class Experiments:
    """Training runs on one base."""

    base: str
    base_summary: Summary
    base_ladder: Ladder | None
    found: tuple[Experiment, ...]


def read_experiments(pairs: Sequence[tuple[Path, Path]], base: Path) -> Experiments:
    """Read experiments, all compared with the base at once, so that p-values are adjusted for their number.

    Args:
        pairs: a training run and the scored run, or the ladder, of what it made.
        base: the scored run, or the ladder, of the model that they started from.

    Raises:
        TrainingError: A folder is no training run.
        RunError: A run is not scored, or over other rows than the base.
    """
    scored = [_scored(base), *(_scored(run) for _, run in pairs)]
    compared, effects = compare(scored).runs, stage_effects([(scored[0], run) for run in scored[1:]])
    return Experiments(
        base=base.name,
        base_summary=read_summary(scored[0]),
        base_ladder=_ladder(base),
        found=tuple(
            _experiment(folder, run, against, stages)
            for (folder, run), against, stages in zip(pairs, compared, effects, strict=True)
        ),
    )


def parse_pair(text: str) -> tuple[Path, Path]:
    """Read `TRAINING=RUN`.

    >>> parse_pair("runs/sft=runs/scored")[1].name
    'scored'
    """
    training, equals, run = text.partition("=")
    if not equals or not training or not run:
        raise TrainingError(f"{text!r} is not TRAINING=RUN: a training run's folder and the scored run of what it made")
    return Path(training), Path(run)


def _experiment(folder: Path, run: Path, against: RunComparison, stages: tuple[StageEffect, ...]) -> Experiment:
    training, summary = read_training(folder), read_summary(_scored(run))
    return Experiment(folder.name, training, _sources(Path(training.data)), summary, against, stages, _ladder(run))


def _scored(folder: Path) -> Path:
    return folder / BASE if (folder / "ladder.json").is_file() else folder


def _ladder(folder: Path) -> Ladder | None:
    return read_ladder(folder) if (folder / "ladder.json").is_file() else None


def read_training(folder: Path) -> TrainingManifest:
    """Read the manifest of a training run.

    Raises:
        TrainingError: The folder is no finished run.
    """
    path = folder / "manifest.json"
    try:
        return TrainingManifest.model_validate_json(path.read_bytes())
    except OSError as error:
        raise TrainingError(
            f"{folder} is no finished training run: cannot read {path.name} ({error.strerror})"
        ) from error
    except ValidationError as error:
        raise TrainingError(f"{path} is no training manifest: {first_problem(error)}") from error


def _sources(mix: Path) -> tuple[str, ...]:
    """Name the sources of a mix; none where the folder is gone, or made by hand."""
    try:
        manifest: Any = json.loads((mix / "manifest.json").read_bytes())
        return tuple(str(source["name"]) for source in manifest["sources"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return ()
