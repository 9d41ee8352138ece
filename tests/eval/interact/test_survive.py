"""A run that is killed, or that plays on a bad line, leaves the records and the ledger of one that was left alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.interact.runs.record import read_tasks
from eval.interact.world.write import write_world
from tests.eval.interact.survive import Play, differing, killed, ledgers_differing

TASKS = ("bookshop_1", "clinic_1", "bookshop_M_1")
WORDS = ("--management", "--config", "configs/lexical.toml", *(word for task in TASKS for word in ("--task", task)))


@pytest.mark.parametrize("mode", ["c", "a"])
def test_a_run_survives_kills_and_faults(tmp_path: Path, mode: str) -> None:
    data, gold = write_world(tmp_path / "world")
    play, told = Play(data, gold, mode, WORDS), list[str]()
    whole, rough = tmp_path / "whole", tmp_path / "rough"
    play.finish(whole)
    assert {task.instance_id for task in read_tasks(whole)} == set(TASKS)
    runs = killed(play, tmp_path, 2, whole)
    with play.served(0.3, 3, told) as addresses:
        play.finish(rough, *addresses)
    assert "world stopped; faults: {'" in told[0]
    assert differing(whole, [*runs, rough]) == []
    compared, unequal = ledgers_differing(play, [whole, *runs, rough])
    assert unequal == [] and compared == (0 if mode == "c" else len(TASKS) * (2 + len(runs)))
