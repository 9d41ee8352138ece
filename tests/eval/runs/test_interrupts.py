"""What ^C does to a run and to the processes it started."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from eval.cli import app
from eval.demo.build import build
from eval.runs.interrupts import interrupts_held


def test_a_process_that_is_started_meanwhile_never_hears_it() -> None:
    told = "import os, signal; os.kill(os.getpid(), signal.SIGINT); print('goes on')"
    with interrupts_held():
        done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=False)
    assert done.stdout == "goes on\n"


def test_this_process_hears_it_afterwards() -> None:
    begun = []
    with pytest.raises(KeyboardInterrupt), interrupts_held():
        signal.raise_signal(signal.SIGINT)  # to this thread: another of the test runner takes what the process gets
        begun.append(True)
    assert begun


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("Runner.build", "turnsql: stopped before anything was kept"),
        ("_answer", "turnsql: stopped: OUT keeps what is finished, go on with --resume"),
    ],
)
def test_a_run_that_is_stopped_says_how_to_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str, said: str
) -> None:
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    build()
    monkeypatch.setattr(f"eval.runs.run.{place}", stop)
    words = ["run", "--data", "eval/demo", "--dialogues", "0:1", "--config", "configs/skip.toml"]
    words += ["--out", str(tmp_path / "run")]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 130
    assert done.stderr.splitlines()[-1] == said.replace("OUT", str(tmp_path / "run"))
