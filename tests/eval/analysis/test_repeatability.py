"""Repeated runs: which verdicts flip, and how far that widens an interval."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from agent.llm import CassetteOptions
from eval.analysis.repeatability import repeatability, run_repeatedly, widened
from eval.records import RunError
from eval.runs.experiment import RunOptions
from eval.statistics import Interval
from tests.eval.test_run_llm import config, knows_gold
from tests.fake_endpoint import Response, fake_endpoint, fault, said


def test_runs_that_agree_leave_the_interval_as_it_is() -> None:
    verdicts = {(dialogue, turn): float(dialogue % 2) for dialogue in range(10) for turn in range(3)}
    found = repeatability([verdicts] * 3, [dict.fromkeys(verdicts, "SELECT 1")] * 3)
    assert (found.flip_rate, found.rewritten, found.flipped) == (0, 0, ())
    assert found.widened == pytest.approx(found.stated) and found.values == (0.5, 0.5, 0.5)


def test_runs_that_differ_widen_it() -> None:
    first = {(dialogue, 0): float(dialogue < 5) for dialogue in range(10)}
    second = {**first, (0, 0): 0.0, (1, 0): 0.0}
    texts = [{key: f"SELECT {run if key == (0, 0) else 0}" for key in first} for run in range(2)]
    found = repeatability([first, second], texts)
    assert found.flipped == ((0, 0), (1, 0)) and found.flip_rate == 0.2 and found.rewritten == 0.1
    assert found.widened.low < found.stated.low and found.widened.high > found.stated.high
    with pytest.raises(RunError, match="no turn has a verdict in every run"):
        repeatability([{(0, 0): 1.0}, {(1, 0): 1.0}], texts)


def test_errors_add_as_independent_ones_do() -> None:
    found = widened(Interval(0.4, 0.6), [0.5, 0.52])
    spread = 12.7062 * 0.0141421
    assert found.low == pytest.approx(0.5 - (0.01 + spread**2) ** 0.5, abs=1e-4)
    assert widened(Interval(0.0, 1.0), [0.0, 1.0]) == (0.0, 1.0)


def test_a_model_that_wavers(archive: Path, tmp_path: Path) -> None:
    drawn = random.Random(3)

    def wavers(body: dict[str, Any]) -> Response:
        return knows_gold(body) if drawn.random() < 0.5 else said("SELECT 1")

    with fake_endpoint(wavers) as server:
        options = RunOptions(
            data=archive, out=tmp_path / "runs", config=config(archive, server.base_url, key_env=""), concurrency=2
        )
        found = run_repeatedly(options, 3)
        assert found.turns == 7 and 0 < found.flip_rate <= found.rewritten <= 1
        asked = len(server.requests)
        assert run_repeatedly(options, 3) == found and len(server.requests) == asked
    with pytest.raises(RunError, match="leave --record and --replay out"):
        run_repeatedly(RunOptions(data=archive, out=tmp_path / "x", cassette=CassetteOptions(tmp_path / "cassette")), 2)


def test_turns_that_were_not_run_are_no_flips(archive: Path, tmp_path: Path) -> None:
    with fake_endpoint(lambda body: fault(401)) as server:
        options = RunOptions(data=archive, out=tmp_path / "runs", config=config(archive, server.base_url, key_env=""))
        with pytest.raises(RunError, match=r"1: .*turns not run .*; run it again"):
            run_repeatedly(options, 2)
