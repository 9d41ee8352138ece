"""Faults of an endpoint: a recording behind a server that faults or dies gives the records that it gives by itself."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from agent.config import ConfigError
from agent.llm import CassetteOptions
from eval.bench import fault_tolerance as endurance
from eval.bench import faulty_server as faults
from eval.bench.fault_tolerance import endure
from eval.bench.faulty_server import FAULTS, Faulty
from eval.runs.experiment import RunOptions
from eval.runs.run import run
from tests.eval.test_run_llm import config, knows_gold
from tests.fake_endpoint import fake_endpoint
from turnsql import app


@pytest.fixture
def recording(archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[RunOptions, Path]:
    monkeypatch.setattr(faults, "LATE", 0.01)
    monkeypatch.setattr(faults, "RETRY_AFTER", 0)
    monkeypatch.setattr(endurance, "PATIENCE", 0.5)
    monkeypatch.setattr("nodes.llm.client.BACKOFF", 0.001)
    monkeypatch.setattr("openai._base_client.INITIAL_RETRY_DELAY", 0.001)
    monkeypatch.setattr("openai._base_client.MAX_RETRY_DELAY", 0.01)
    cassette = tmp_path / "cassette"
    with fake_endpoint(knows_gold) as server:
        path = config(archive, server.base_url, key_env="", max_retries=12)
        run(RunOptions(data=archive, out=tmp_path / "live", config=path, cassette=CassetteOptions(cassette)))
    return RunOptions(data=archive, out=tmp_path / "trial", config=path, concurrency=4), cassette


def test_faults_and_a_kill_change_nothing_but_the_time(recording: tuple[RunOptions, Path]) -> None:
    faulted, killed = endure(*recording, share=0.5, seed=1)
    assert (faulted.turns, faulted.not_run, faulted.differing, faulted.same_figures) == (8, 0, 0, True)
    assert faulted.faults and faulted.calls == 8 + sum(faulted.faults.values()) - faulted.faults.get("delay", 0)
    assert killed.stopped and "start it" in killed.stopped and killed.stopped_after is not None
    assert killed.resumed == 1 and killed.unharmed


def test_the_command_says_it(recording: tuple[RunOptions, Path]) -> None:
    options, cassette = recording
    words = [
        "eval",
        "fault-tolerance",
        "--data",
        str(options.data),
        "--out",
        str(options.out),
        "--config",
        str(options.config),
    ]
    given = CliRunner().invoke(app, [*words, "--replay", str(cassette), "--share", "0.2", "--json"])
    assert given.exit_code == 0, given.output
    trials = [json.loads(line) for line in given.stdout.splitlines()]
    assert [trial["differing"] for trial in trials] == [0, 0]


def test_a_recording_that_lacks_answers_is_refused(recording: tuple[RunOptions, Path], tmp_path: Path) -> None:
    options, cassette = recording
    other = config(tmp_path, "http://127.0.0.1:9/v1", model="n")
    with pytest.raises(ConfigError, match="does not answer every turn"):
        endure(RunOptions(data=options.data, out=options.out, config=other), cassette, share=0.3, seed=0)


def test_faults_are_drawn_by_what_is_asked() -> None:
    bodies = [{"messages": [{"role": "user", "content": str(number)}]} for number in range(300)]
    one, other = Faulty({}, 0.3), Faulty({}, 0.3)
    drawn = {str(body): one.take(body)[1] for body in bodies}
    assert drawn == {str(body): other.take(body)[1] for body in reversed(bodies)}
    assert set(one.faults) == set(FAULTS) and 60 < one.faults.total() < 120
