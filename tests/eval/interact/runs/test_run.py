"""Runs against services: both modes, faults that cost nothing twice, and a run that was cut off and taken up again."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
from aiohttp import web

from eval.interact.runs.compare import compare_tasks
from eval.interact.runs.record import FILE, read_tasks
from eval.interact.runs.run import InteractOptions, run_interact
from eval.interact.runs.score import score_interact
from eval.interact.runs.worlds import WorldOptions
from tests.eval.interact.farm import GOLD, MANAGEMENT, TASK, make_release
from tests.eval.interact.small_world import SmallWorld

SECOND = {**TASK, "instance_id": "farm_2", "amb_user_query": "Show the names of all big fields."}


@pytest.fixture
def release(tmp_path: Path) -> Path:
    rows = [
        {**task, "sol_sql": GOLD["sol_sql"], "follow_up": {**TASK["follow_up"], **GOLD["follow_up"]}}
        for task in (TASK, SECOND)
    ]
    return make_release(tmp_path / "release", *rows, MANAGEMENT)


@contextmanager
def served(world: SmallWorld) -> Generator[str]:
    """Serve the world from a thread of its own."""
    loop, ready, port = asyncio.new_event_loop(), threading.Event(), list[int]()

    async def start() -> None:
        runner = web.ServerRunner(web.Server(world.answered))
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port.append(runner.addresses[0][1])
        ready.set()

    thread = threading.Thread(target=lambda: (loop.run_until_complete(start()), loop.run_forever()), daemon=True)
    thread.start()
    assert ready.wait(30)
    yield f"http://127.0.0.1:{port[0]}"
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)


def play(release: Path, out: Path, mode: str, world: SmallWorld, *, resume: bool = False) -> None:
    with served(world) as url:
        counts = run_interact(
            InteractOptions(data=release, out=out, mode=mode, world=WorldOptions(url, url), resume=resume)
        )
    assert counts.not_run == 0 and counts.stopped is None


@pytest.mark.parametrize("mode", ["c", "a"])
def test_a_run_solves_what_an_answer_resolves_and_is_scored(release: Path, tmp_path: Path, mode: str) -> None:
    play(release, tmp_path / "run", mode, SmallWorld(release))
    tasks = read_tasks(tmp_path / "run")
    assert [task.instance_id for task in tasks] == ["farm_1", "farm_2"]  # what changes a database needs a flag
    assert [task.passed[1] for task in tasks] == [True, True] and all(task.asked for task in tasks)
    assert all(task.submissions[2] for task in tasks)  # the coins last for the follow-up
    summary = score_interact(tmp_path / "run")
    assert summary.figures.phase1.mean == 1.0 and summary.questions.resolved == 2
    assert summary.interaction["user_simulator"] == "scripted" and summary.not_run == 0
    assert (summary.ledgers_compared, summary.ledgers_differ) == ((2, ()) if mode == "a" else (0, ()))


def test_faults_lose_nothing_and_are_paid_once(release: Path, tmp_path: Path) -> None:
    calm, rough = SmallWorld(release), SmallWorld(release, faults=0.3, seed=5)
    play(release, tmp_path / "calm", "a", calm)
    play(release, tmp_path / "rough", "a", rough)
    assert rough.failed > 5
    assert compare_tasks(tmp_path / "calm", tmp_path / "rough").differing == ()
    assert score_interact(tmp_path / "rough").ledgers_differ == ()


def test_a_run_that_was_torn_is_taken_up_again(release: Path, tmp_path: Path) -> None:
    whole, torn = tmp_path / "whole", tmp_path / "torn"
    play(release, whole, "c", SmallWorld(release))
    play(release, torn, "c", SmallWorld(release))
    lines = (torn / FILE).read_bytes().splitlines(keepends=True)
    (torn / FILE).write_bytes(lines[0] + lines[1][:40])
    turns = (torn / "turns.jsonl").read_bytes().splitlines(keepends=True)
    (torn / "turns.jsonl").write_bytes(b"".join(turns[:-1]))
    play(release, torn, "c", SmallWorld(release), resume=True)
    assert compare_tasks(whole, torn).differing == ()
    strip = [{**json.loads(line), "timing": 0, "chain": 0} for line in (whole / "turns.jsonl").read_text().splitlines()]
    assert len(strip) == len((torn / "turns.jsonl").read_text().splitlines())
