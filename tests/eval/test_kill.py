"""A run killed with -9 at random moments and resumed leaves the records of one that was never killed."""

from __future__ import annotations

import math
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from eval.records import read_alone
from tests.eval.archive import DIALOGUES, make_archive
from tests.eval.runs.test_run import content

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
    whole = tmp_path / "whole"
    assert start(archive, whole).wait() == 0
    draw, killed, runs = random.Random(KILLS), 0, 0
    while killed < KILLS:
        runs += 1
        out = tmp_path / f"killed-{runs}"
        killed += killed_until_whole(archive, out, draw, KILLS - killed, step=_size(whole) // min(KILLS, 10))
        assert content(out) == content(whole)
        assert read_alone(out) == read_alone(whole)
    print(f"{killed} kills landed, over {runs} runs")


def killed_until_whole(archive: Path, out: Path, draw: random.Random, most: int, *, step: int) -> int:
    """Kill and resume a run until it is whole; return how many of the kills landed before it ended by itself."""
    killed = 0
    while killed < most:
        process = start(archive, out, "--resume")
        wanted = _size(out) + draw.randrange(step)
        # One in four by the clock, so that a kill also falls on the start and on the cutting of a torn line.
        until = time.monotonic() + draw.uniform(0, 2) if draw.random() < 0.25 else math.inf
        while _size(out) <= wanted and time.monotonic() < until and process.poll() is None:
            time.sleep(0.001)
        process.send_signal(signal.SIGKILL)
        if process.wait() != -signal.SIGKILL:
            return killed
        killed += 1
    assert start(archive, out, "--resume").wait() == 0
    return killed


def _size(out: Path) -> int:
    path = out / "turns.jsonl"
    return path.stat().st_size if path.exists() else 0
