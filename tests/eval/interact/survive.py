"""Whether a run over BIRD-Interact survives: killed again and again, and on a bad line, its records are those of one left alone.

    python -m tests.eval.interact.survive --data world --gold world/gold.jsonl --mode a --management --out survived

plays the release once in peace, once with `kill -9` at random moments (twenty of them) and the same command again, and once
against the two services over HTTP with a fault on 30 % of the requests. It exits with 1 if any record differs or any ledger is
not the environment's, to the coin.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from eval.interact.runs.compare import compare_tasks
from eval.interact.runs.record import FILE, read_tasks
from eval.interact.runs.run import run_interact
from eval.interact.runs.score import score_interact
from turnsql import app

assert run_interact  # imported here, so that a copy of this process need not
ADDRESS = re.compile(r" at (http://\S+)")
BY_CLOCK = 0.25
"""The share of the kills that fall by the clock: on the start, and on the cutting of a torn line."""
LATEST = 20.0
"""Seconds after which a kill by the clock has fallen."""


class Started(Protocol):
    """A process that plays."""

    def poll(self) -> int | None:
        """Return how it ended; None while it plays."""
        ...

    def wait(self) -> int:
        """Return how it ended, once it has."""
        ...

    def send_signal(self, sig: int, /) -> None:
        """Send it a signal."""
        ...


class Forked:
    """The program in a copy of this process."""

    def __init__(self, words: list[str]) -> None:
        self._ended: int | None = None
        self._pid = os.fork()
        if self._pid == 0:
            self._play(words)

    @staticmethod
    def _play(words: list[str]) -> None:
        code = 1
        try:
            with (
                Path(os.devnull).open("w") as nowhere,
                contextlib.redirect_stdout(nowhere),
                contextlib.redirect_stderr(nowhere),
            ):
                app(words, standalone_mode=False)
            code = 0
        finally:
            os._exit(code)

    def poll(self) -> int | None:
        """Return how it ended; None while it plays."""
        if self._ended is None and (found := os.waitpid(self._pid, os.WNOHANG))[0]:
            self._ended = os.waitstatus_to_exitcode(found[1])
        return self._ended

    def wait(self) -> int:
        """Return how it ended, once it has."""
        if self._ended is None:
            self._ended = os.waitstatus_to_exitcode(os.waitpid(self._pid, 0)[1])
        return self._ended

    def send_signal(self, sig: int, /) -> None:
        """Send it a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self._pid, sig)


@dataclass(frozen=True)
class Play:
    """What is played."""

    data: Path
    gold: Path
    mode: str
    words: tuple[str, ...] = ()
    """More words for `interact run`: a configuration, tasks, --management."""
    forked: bool = False
    """Whether runs begin as copies of this process, which has imported the program once: two seconds less for each."""

    def start(self, out: Path, *words: str) -> Started:
        """Start the run in a process of its own."""
        given = [*self._release, "--mode", self.mode, "--out", str(out), *self.words, *words]
        if self.forked:
            return Forked(["interact", "run", *given])
        return subprocess.Popen([*_program("run"), *given], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def finish(self, out: Path, *words: str) -> None:
        """Play to the end."""
        assert self.start(out, *words).wait() == 0, f"the run in {out} did not end well"

    @contextmanager
    def served(self, faults: float, seed: int, told: list[str]) -> Generator[tuple[str, ...]]:
        """Serve the two services with faults; yield the words that lead a run to them."""
        words = ["--port", "0", "--user-port", "0", "--faults", str(faults), "--seed", str(seed)]
        more = ["--management"] if "--management" in self.words else []
        command = [*_program("serve-world"), *self._release, *words, *more]
        # A shell lets what it starts in the background ignore interrupts, and so would the services.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            assert process.stdout and process.stderr
            environment, user = (ADDRESS.findall(process.stdout.readline())[0] for _ in range(2))
            try:
                yield ("--environment", environment, "--user", user)
            finally:
                process.send_signal(signal.SIGINT)
                told.append(process.stderr.read().strip().splitlines()[-1])

    @property
    def _release(self) -> list[str]:
        return ["--data", str(self.data), "--gold", str(self.gold)]


def killed(play: Play, out: Path, kills: int, whole: Path, seed: int = 0) -> list[Path]:
    """Kill runs with -9 and take them up again until so many kills have landed; return their folders, all of them whole."""
    draw, landed, folders = random.Random(seed), 0, list[Path]()
    step = max(2, 2 * _size(whole) // kills)
    while landed < kills:
        folders.append(out / f"killed-{play.mode}-{len(folders) + 1}")
        landed += _killed_until_whole(play, folders[-1], draw, kills - landed, step)
    return folders


def _killed_until_whole(play: Play, out: Path, draw: random.Random, most: int, step: int) -> int:
    for landed in range(most):
        process = play.start(out, *(["--resume"] if landed else []))
        wanted = _size(out) + draw.randrange(1, step)
        until = time.monotonic() + (draw.uniform(0, LATEST) if draw.random() < BY_CLOCK else 1e9)
        while _size(out) < wanted and time.monotonic() < until and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        if process.wait() != -signal.SIGKILL:
            return landed
    play.finish(out, "--resume")
    return most


def differing(first: Path, others: Sequence[Path]) -> list[str]:
    """Return the tasks whose records are not those of the first run, each with the run; a task that is lost differs."""
    return [f"{other.name}: {task}" for other in others for task in compare_tasks(first, other).differing]


def ledgers_differing(play: Play, runs: Sequence[Path]) -> tuple[int, list[str]]:
    """Return how many ledgers were compared with the environment's, and those that are not equal."""
    scores = [score_interact(run, play.data, play.gold) for run in runs]
    return sum(each.ledgers_compared for each in scores), [task for each in scores for task in each.ledgers_differ]


def _program(command: str) -> list[str]:
    return [sys.executable, "-m", "turnsql", "interact", command]


def _size(out: Path) -> int:
    path = out / FILE
    return path.stat().st_size if path.exists() else 0


def main() -> None:
    """Play, kill, play with faults, and tell what came of it."""
    given = _given()
    words = ["--management"] if given.management else []
    words += ["--config", given.config] if given.config else []
    words += [word for task in given.task for word in ("--task", task)]
    play, out = Play(given.data, given.gold, given.mode, tuple(words), forked=True), Path(given.out)
    whole, rough, told = given.whole or out / f"whole-{given.mode}", out / f"faulty-{given.mode}", list[str]()
    if given.whole is None:
        play.finish(whole)
    print(f"{len(read_tasks(whole))} tasks in {given.mode} mode, left alone: {whole}", flush=True)
    runs = killed(play, out, given.kills, whole, given.seed) if given.kills else []
    print(
        f"{given.kills} times kill -9 over {len(runs)} runs: {len(differing(whole, runs))} records differ", flush=True
    )
    if given.faults:
        with play.served(given.faults, given.seed, told) as addresses:
            play.finish(rough, *addresses)
        runs = [*runs, rough]
        print(f"{told[0]}: {len(differing(whole, [rough]))} records differ", flush=True)
    compared, unequal = ledgers_differing(play, [whole, *runs])
    print(f"ledgers: {compared} compared with the environment's, {len(unequal)} differ")
    for line in (problems := [*differing(whole, runs), *unequal]):
        print(line)
    sys.exit(bool(problems))


def _given() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--gold", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--mode", choices=("c", "a"), default="c")
    parser.add_argument("--management", action="store_true")
    parser.add_argument("--config", help="the embedded default unless given")
    parser.add_argument("--task", action="append", default=[], help="only these; may be repeated")
    parser.add_argument("--whole", type=Path, help="a run that was left alone, if there is one already")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--faults", type=float, default=0.3)
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


if __name__ == "__main__":
    main()
