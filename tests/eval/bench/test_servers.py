"""A run outlives the death of one of its servers, and says who answered."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.bench.scale.servers import CONCURRENCY, outlived_server
from eval.demo.build import build


def test_a_server_that_is_killed_costs_no_turn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eval.bench.scale.servers.DELAY", 0.02)
    monkeypatch.setattr("nodes.llm.server_pool.REST", 0.3)
    found = outlived_server(build()[0].parents[2], tmp_path, 72, 3)
    assert (found.turns, found.not_run, found.differing) == (72, 0, 0)
    until, down, back = found.answered
    assert (until + down + back).total() == 72 and found.moments[0] >= 18
    assert down[found.killed] <= CONCURRENCY, "no more than what it had in hand"
    assert len(until + down + back) == 3
