"""The simulation of processes and servers gives what can be worked out by hand, and says what is the bottleneck."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from typer.testing import CliRunner

from eval.bench.scale.plan import Setup, simulate, steps
from turnsql import app


def test_processes_that_always_compute_are_the_bottleneck() -> None:
    found = simulate(Setup(name="", processes=4, asked=4, compute_ms=100))
    assert found.turns_a_second == pytest.approx(40, rel=0.02)
    assert found.bottleneck == "processes" and found.process_use == pytest.approx(1, abs=0.01)


def test_few_turns_in_flight_wait_for_a_server_that_could_do_more() -> None:
    found = simulate(Setup(name="", asked=4, compute_ms=2, calls=1, alone_ms=198))
    assert found.turns_a_second == pytest.approx(4 / 0.2, rel=0.03)
    assert found.bottleneck == "turns in flight" and found.in_flight == pytest.approx(3.96, abs=0.1)


def test_one_process_keeps_25_of_32_requests_in_flight_and_two_keep_30() -> None:
    one = Setup(name="", asked=32, compute_ms=8, calls=1, alone_ms=200)
    assert simulate(one).in_flight == pytest.approx(25, abs=0.5)
    assert simulate(one.model_copy(update={"processes": 2})).in_flight > 30


def test_a_server_gives_no_more_than_it_can_and_several_share() -> None:
    one = Setup(name="", processes=2, asked=128, compute_ms=4, calls=2, alone_ms=500, most_calls=40)
    found = simulate(one)
    assert found.turns_a_second == pytest.approx(20, rel=0.02) and found.bottleneck == "servers"
    eight = simulate(one.model_copy(update={"servers": 4, "asked": 512}))
    assert eight.turns_a_second == pytest.approx(80, rel=0.05)


def test_what_is_written_too_slowly_holds_all_up_and_shards_relieve_it() -> None:
    one = Setup(name="", processes=10, asked=10, compute_ms=10, write_ms=5)
    found = simulate(one)
    assert found.turns_a_second == pytest.approx(200, rel=0.01) and found.bottleneck == "the writer"
    assert simulate(one.model_copy(update={"shards": 8})).bottleneck == "processes"


def test_each_step_has_more_of_what_was_the_bottleneck() -> None:
    setup = Setup(name="", processes=8, asked=256, compute_ms=8, calls=1, alone_ms=700, most_calls=200)
    found = list(steps(setup))
    assert found[0].setup.processes == 1 and found[0].setup.asked == 32
    for before, after in pairwise(found):
        more = {"processes": after.setup.processes, "turns in flight": after.setup.asked}[before.found.bottleneck]
        assert (
            more > {"processes": before.setup.processes, "turns in flight": before.setup.asked}[before.found.bottleneck]
        )


def test_the_command_names_the_bottleneck_of_each_step(tmp_path: Path) -> None:
    plan = tmp_path / "plan.toml"
    plan.write_text('turns = 3600\n[[setup]]\nname = "two"\nprocesses = 2\nasked = 2\ncompute_ms = 500\nprice = 2.0\n')
    done = CliRunner().invoke(app, ["bench", "scale-plan", "--plan", str(plan)])
    assert done.exit_code == 0, done.output
    assert [line.split()[-1] for line in done.stdout.splitlines()[2:]] == ["processes"] * 2
    plan.write_text("turns = 3600\n[[setup]]\nprocesses = 0\n")
    done = CliRunner().invoke(app, ["bench", "scale-plan", "--plan", str(plan)])
    assert "is no plan" in str(done.exception)
