# pyright: basic, reportMissingImports=false
"""The weights that a run begins with: kept in its folder, and mixed with what it learnt, once."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import torch

from training.compact.exported import load_exported
from training.compact.model import CompactModel
from training.settings import TrainingError
from value_index.files.atomic_file import atomic_file

FOLDER = "start"
Score = Callable[[], tuple[float, dict[str, float]]]


def kept_start(out: Path) -> Path | None:
    """Return the run's own copy of what it began with, or None where it began with the base encoder alone."""
    return next(iter((out / FOLDER).glob("*")), None)


def keep_start(out: Path, start: Path | None) -> Path | None:
    """Copy the weights that a run begins with into its folder, and return the copy: a resumed run needs no path.

    Raises:
        TrainingError: `start` has no weights, or the run began with others.
    """
    kept = kept_start(out)
    if start is None:
        return kept
    source = start if start.is_file() else start / "best.pt"
    if not source.exists():
        raise TrainingError(f"nothing to start from in {start}: there is no best.pt")
    if kept is not None and digest(kept) == digest(source):
        return kept
    if kept is not None or (out / "last.pt").exists():
        raise TrainingError(f"the run in {out} did not start from {start}: leave --start out, or say another --out")
    partial, name = out / f"{FOLDER}.partial", start.resolve().name
    shutil.rmtree(partial, ignore_errors=True)
    copy = partial / name if start.is_file() else partial / name / "best.pt"
    copy.parent.mkdir(parents=True)
    shutil.copyfile(source, copy)
    os.replace(partial, out / FOLDER)
    return out / FOLDER / name


def digest(weights: Path) -> str:
    """Return the SHA-256 of an exported planner, or of the best weights of a run."""
    return sha256((weights if weights.is_file() else weights / "best.pt").read_bytes()).hexdigest()


def begin_with(model: CompactModel, start: Path, where: torch.device) -> None:
    """Give a network the weights of an exported planner, or the best of an earlier run."""
    if start.is_file():
        load_exported(model, start)
    else:
        model.load_state_dict(torch.load(start / "best.pt", map_location=where, weights_only=True)["model"])


def blend_best(
    model: CompactModel, out: Path, start: Path | None, share: float, where: torch.device, score: Score
) -> dict[str, Any]:
    """Give the network the best weights of the run, blended with those it began with unless they are, and return them.

    Args:
        share: of the run's own weights; 1 blends nothing.
        score: measures the network on the held-out plans.
    """
    best = torch.load(out / "best.pt", map_location=where, weights_only=True)
    model.load_state_dict(best["model"])
    if start is None or share >= 1 or best.get("blended") is not None:
        return best
    own = {name: value.detach().clone() for name, value in model.named_parameters()}
    begin_with(model, start, where)
    with torch.no_grad():
        # WiSE-FT, arXiv:2109.01903.
        for name, value in model.named_parameters():
            value.mul_(1 - share).add_(own[name], alpha=share)
    found, shares = score()
    best = {**best, "model": model.state_dict(), "score": found, "shares": shares, "blended": share}
    with atomic_file(out / "best.pt") as file:
        torch.save(best, file)
    return best
