"""Several processes answer one run: the same records as one, whoever ends on the way."""

from __future__ import annotations

from multiprocessing import Pipe, active_children
from pathlib import Path
from threading import Thread

import pytest

from eval.analysis.identity import identity
from eval.demo.build import build
from eval.progress import Progress
from eval.records import RunError, TurnRecord, read_turns
from eval.runs.experiment import RunOptions
from eval.runs.run import run
from eval.runs.store import RunStore
from eval.runs.units import Unit, WaitingUnits
from eval.runs.workers import Done, Employer, Stopped, Worker
from eval.scoring.score import score
from tests.eval.runs.test_store import MANIFEST

UNITS = (Unit(0, 0, (0, 1)), Unit(1, 1, (0,)), Unit(2, 2, (0, 1, 2)))
LEXICAL = Path("configs/lexical.toml")


def record(unit: Unit, turn: int) -> TurnRecord:
    return TurnRecord(
        dialogue=unit.dialogue, turn=turn, database_id="shop", utterance="?", history="predicted", sql=f"SELECT {turn}",
        outcome="answered", stages={},
    )  # fmt: skip


class Hired:
    """A worker that is a thread, and ends after so many turns."""

    def __init__(self, turns: int, ending: Stopped | None = None) -> None:
        ours, self.theirs = Pipe()
        self.turns, self.ending, self.given = turns, ending, list[Unit]()
        self.worker = Worker(None, ours)
        Thread(target=self.work, daemon=True).start()

    def work(self) -> None:
        while True:
            try:
                unit: Unit = self.theirs.recv()
            except (EOFError, OSError):
                return
            self.given.append(unit)
            for turn in unit.turns:
                if not self.turns:
                    if self.ending:
                        self.theirs.send(self.ending)
                    self.theirs.close()
                    return
                self.turns -= 1
                self.theirs.send(Done(unit.number, record(unit, turn), ()))


def employed(folder: Path, *hired: Hired) -> tuple[str | None, list[tuple[int, int]]]:
    store = RunStore.create(folder, MANIFEST)
    crew = [each.worker for each in hired]
    with Progress("turns", total=6) as progress:
        try:
            stopped = Employer(crew, WaitingUnits(UNITS), 1, store, progress).run()
        finally:
            store.close()
    return stopped, sorted(each.key for each in read_turns(folder))


def test_what_a_worker_that_ends_leaves_goes_to_the_others(tmp_path: Path) -> None:
    short, steady = Hired(1), Hired(99)
    stopped, keys = employed(tmp_path / "run", short, steady)
    assert stopped is None and keys == [(0, 0), (0, 1), (1, 0), (2, 0), (2, 1), (2, 2)]
    taken_up = next(unit for unit in steady.given if unit.number == short.given[0].number)
    assert taken_up.turns == short.given[0].turns[1:] and taken_up.answered == {0: "SELECT 0"}


def test_without_a_worker_the_run_says_how_to_go_on(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="--resume"):
        employed(tmp_path / "run", Hired(1), Hired(1))
    assert len(read_turns(tmp_path / "run")) == 2


def test_a_dead_endpoint_ends_the_run_and_what_is_written_stays(tmp_path: Path) -> None:
    stopped, keys = employed(tmp_path / "run", Hired(2, Stopped("no answer", is_endpoint=True)))
    assert stopped == "no answer" and keys == [(0, 0), (0, 1)]


def test_what_a_worker_cannot_begin_with_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="no such adapter"):
        employed(tmp_path / "run", Hired(0, Stopped("no such adapter", is_endpoint=False)))


@pytest.mark.parametrize("history", ["gold", "predicted"])
def test_two_workers_write_the_records_of_one_and_resume_them(tmp_path: Path, history: str) -> None:
    demo = build()[0].parents[2]
    folders = [tmp_path / "one", tmp_path / "two"]
    for workers, out in enumerate(folders, start=1):
        options = RunOptions(data=demo, out=out, config=LEXICAL, dialogues="0:3", history=history, workers=workers)
        assert run(options).not_run == 0
    assert not identity(*folders).differing
    for workers, out in enumerate(folders, start=1):
        score(out, workers=workers)
    assert all(
        (folders[0] / name).read_bytes() == (folders[1] / name).read_bytes()
        for name in ("scores.jsonl", "summary.json")
    ), "timing is in neither"
    lines = (folders[1] / "turns.jsonl").read_bytes().splitlines(keepends=True)
    (folders[1] / "turns.jsonl").write_bytes(b"".join(lines[:4]) + lines[4][:30])
    options = RunOptions(
        data=demo, out=folders[1], config=LEXICAL, dialogues="0:3", history=history, workers=2, resume=True
    )
    assert run(options).kept == 4
    assert not identity(*folders).differing


def test_a_refused_run_leaves_no_worker(tmp_path: Path) -> None:
    (tmp_path / "note").write_text("mine")
    with pytest.raises(RunError, match="is not empty"):
        run(RunOptions(data=build()[0].parents[2], out=tmp_path, config=LEXICAL, dialogues="0:2", workers=2))
    assert not active_children() and [path.name for path in tmp_path.iterdir()] == ["note"]
