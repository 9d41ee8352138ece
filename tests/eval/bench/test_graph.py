"""`turnsql bench` measures what it says; its figures are printed, not asserted."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.bench import endpoint as endpoint_bench
from eval.bench import graph as bench
from eval.demo.build import build
from value_index.errors import TurnSQLError


def test_graph_overhead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "TURNS", 2)
    monkeypatch.setattr(bench, "ROUNDS", 1)
    plain, kept = bench.graph_overhead()
    assert plain.checkpointer == "none" and kept.checkpointer.startswith("SQLite")
    assert plain.graph_ms > 0 and plain.bare_ms > 0 and kept.ratio > 0


def test_command_cost_is_of_the_process() -> None:
    cost = bench.command_cost("--help")
    assert cost.seconds > 0 and cost.cpu > 0 and cost.peak_mb > 5


def test_a_command_that_fails_is_named() -> None:
    with pytest.raises(TurnSQLError, match=r"turnsql sql --db absent 'SELECT 1' failed: .*absent") as raised:
        bench.command_cost("sql", "--db", "absent", "SELECT 1")
    assert "\n" not in str(raised.value)


def test_endpoint_cost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoint_bench, "DELAY", 0.05)
    monkeypatch.setattr(endpoint_bench, "TURNS", 64)
    monkeypatch.setattr(endpoint_bench, "CALLS", 100)
    cost = endpoint_bench.endpoint_cost()
    assert 0 < cost.in_flight <= endpoint_bench.CONCURRENCY
    assert cost.turn_ms > 0 and cost.overhead_ms > 0 and cost.growth_mb >= 0


def test_turns_are_measured_in_a_process_of_their_own() -> None:
    build()
    cost = bench.turn_cost(Path("eval/demo"), "0:1")
    assert cost.turns > 1 and 0 < cost.p50 <= cost.p95 and cost.peak_mb > 50
