# pyright: basic
"""What a training run leaves on disk: whole, or as if it had never been begun."""

from __future__ import annotations

import json
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from training.settings import TrainingError

LAST_WRITTEN = "trainer_state.json"
"""The file that a checkpoint ends with."""
FULL = ("No space left", "StorageFull", "Disk quota", "inline_container", "PytorchStreamWriter")
"""How a full disk shows in what the system, safetensors and torch say; torch says nothing of the disk."""


def last_checkpoint(folder: Path) -> Path | None:
    """Return the last whole checkpoint; what a kill or a full disk left half-written is removed."""
    whole: list[tuple[int, Path]] = []
    for path in folder.glob("checkpoint-*"):
        try:
            whole.append((json.loads((path / LAST_WRITTEN).read_bytes())["global_step"], path))
        except (OSError, ValueError, KeyError):
            shutil.rmtree(path)
    return max(whole, default=(0, None))[1]


@contextmanager
def disk_faults(folder: Path) -> Generator[None]:
    """Say in one line that the disk was full, whichever library found out.

    Raises:
        TrainingError: something could not be written; earlier checkpoints are there.
    """
    try:
        yield
    except Exception as error:
        said = " ".join(str(error).split())
        if not isinstance(error, OSError) and not any(words in said for words in FULL):
            raise
        reason = getattr(error, "strerror", None) or "the disk is full"
        raise TrainingError(
            f"cannot write {folder}: {reason}: make room, then go on from the last checkpoint with --resume"
        ) from error


def save_whole(model, folder: Path) -> None:
    """Save weights beside those that are there, then put them in their place: a fault in between loses neither."""
    beside = folder.with_name(folder.name + ".partial")
    shutil.rmtree(beside, ignore_errors=True)
    model.save_pretrained(beside)
    folder.mkdir(exist_ok=True)
    for path in beside.iterdir():
        path.replace(folder / path.name)
    beside.rmdir()


def best_look(looks: list[dict[str, float]]) -> tuple[tuple[float, float], int | None, int]:
    """Return how good the best of some looks was, its step, and how many came after it; the later of two equal ones.

    >>> best_look([{"step": 25, "accuracy": 0.0, "loss": 2.0}, {"step": 50, "accuracy": 0.0, "loss": 1.5}])
    ((0.0, -1.5), 50, 0)
    """
    rank, kept, stale = (-1.0, float("-inf")), None, 0
    for look in looks:
        found = (look["accuracy"], -look.get("loss", float("inf")))
        rank, kept, stale = (found, int(look["step"]), 0) if found >= rank else (rank, kept, stale + 1)
    return rank, kept, stale
