"""A run killed with -9 at random moments and resumed leaves the records of one that was never killed."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from eval.records import read_alone
from tests.eval.archive import DIALOGUES, make_archive
from tests.eval.test_run import content

KILLS = int(os.environ.get("TURNSQL_KILLS", "2"))
"""Set it to 20 for the acceptance run."""


def start(archive: Path, out: Path, *words: str) -> subprocess.Popen[bytes]:
    command = [
        sys.executable, "-m", "turnsql", "eval", "run", "--data", str(archive), "--out", str(out),
        "--config", "configs/skip.toml", "--concurrency", "2", *words,
    ]  # fmt: skip
    return subprocess.Popen(command, stdout=subprocess.DEVNULL)


def test_killed_runs_resume_to_equal_records(tmp_path: Path) -> None:
    archive = make_archive(tmp_path / "archive", DIALOGUES * 20)
    assert start(archive, tmp_path / "whole").wait() == 0
    draw, killed, out = random.Random(KILLS), 0, tmp_path / "killed"
    while killed < KILLS:
        process = start(archive, out, "--resume")
        wanted = _size(out) + draw.randrange(1, 200_000 // KILLS)
        while _size(out) < wanted and process.poll() is None:
            time.sleep(0.001)
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            killed += process.wait() == -signal.SIGKILL
        else:
            break
    assert killed > 0, "the run ended before the first kill"
    assert start(archive, out, "--resume").wait() == 0
    assert content(out) == content(tmp_path / "whole")
    assert read_alone(out) == read_alone(tmp_path / "whole")


def _size(out: Path) -> int:
    path = out / "turns.jsonl"
    return path.stat().st_size if path.exists() else 0
