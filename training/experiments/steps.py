"""Steps: what an experiment does once, each skipped where its output is there, and the processes that it starts."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from agent.serving.vllm import end_with_parent
from training.settings import TrainingError
from training.sft.checkpoints import last_checkpoint


@dataclass(frozen=True)
class Steps:
    """Takes steps, and says what each took."""

    say: Callable[[str], object] = print
    clock: Callable[[], float] = time.monotonic

    def take(self, name: str, mark: Path | None, step: Callable[[], object]) -> None:
        """Take a step unless the file that it ends with is there."""
        if mark is not None and mark.is_file():
            self.say(f"{name}: {mark.parent} is there")
            return
        started = self.clock()
        step()
        self.say(f"{name}: {self.clock() - started:.0f} s")


def train_in_process(
    python: str, settings: Path, rows: Path, out: Path, *, base: Path | str | None, begin: Path | None = None
) -> None:
    """Train in a process of its own: `python` has what this one may lack. A run that was killed goes on.

    Args:
        begin: the folder of a shorter run with the same rows and settings, which a new run goes on from.

    Raises:
        TrainingError: It ended with an error, which it said.
    """
    words = ["--config", str(settings), "--data", str(rows), "--out", str(out)]
    words += ["--base", str(base)] if base else []
    begun = last_checkpoint(out / "checkpoints")
    if begun is None:
        shutil.rmtree(out, ignore_errors=True)
    if begun is None and begin and (whole := last_checkpoint(begin / "checkpoints")):
        shutil.copytree(whole, out / "checkpoints" / whole.name)
        begun = whole
    words += ["--resume"] if begun else []
    if status := status_of([python, "-m", "turnsql", "train", "sft", *words]):
        raise TrainingError(f"training {out} ended with status {status}: mend what it says above, then run this again")


def status_of(words: list[str]) -> int:
    """Run a command to its end, or to that of this process, however it is killed: two must not write one folder."""
    end = end_with_parent if sys.platform == "linux" else None
    return subprocess.run(words, check=False, preexec_fn=end).returncode


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]
