"""Target: one door through which foreign input comes in, with what is tried on it."""

from __future__ import annotations

import inspect
import signal
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Any

from hypothesis import HealthCheck, given, seed, settings
from hypothesis.database import DirectoryBasedExampleDatabase, ExampleDatabase
from hypothesis.strategies import SearchStrategy

LONGEST = 60
"""Seconds after which an input counts as a hang: what is read has deadlines of its own, far below."""
BATCH = 200
"""Examples of one seed."""


class Hang(AssertionError):
    """An input that takes too long."""


@dataclass(frozen=True)
class Target:
    """A door, what is put through it, and what must then hold."""

    name: str
    inputs: SearchStrategy[Any]
    attempt: Callable[[Any], None]
    """Puts one input through; what it raises is a fault."""
    kept: tuple[Any, ...] = ()
    """Inputs that once were a fault."""

    def run(self, number: int, examples: int, database: ExampleDatabase | None = None) -> int:
        """Try the inputs of a seed; return how many there were.

        Raises:
            Exception: whatever the first fault raised, with the smallest input that does so.
        """
        tried = 0

        @seed(number)
        @settings(
            max_examples=examples, deadline=None, database=database, derandomize=False,
            suppress_health_check=list(HealthCheck), print_blob=True,
        )  # fmt: skip
        @given(self.inputs)
        def attempt(value: Any) -> None:
            nonlocal tried
            tried += 1
            with bounded():
                self.attempt(value)

        attempt()
        return tried

    def run_for(self, seconds: float, number: int, folder: str) -> int:
        """Try new inputs until the time is up; what fails is kept in the folder, and tried first the next time."""
        end, tried = time.monotonic() + seconds, 0
        database = DirectoryBasedExampleDatabase(folder)
        while time.monotonic() < end:
            tried += self.run(number, BATCH, database)
            number += 1
        return tried


@contextmanager
def bounded() -> Generator[None]:
    """Raise Hang in a block that takes too long, and RecursionError where a command would: hypothesis allows more."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack(0)) + 1000)
    try:
        with _timed():
            yield
    finally:
        sys.setrecursionlimit(before)


@contextmanager
def _timed() -> Generator[None]:
    """Raise Hang in a block that takes too long; without a word on systems that have no timer."""
    if not hasattr(signal, "setitimer"):
        yield
        return

    def late(_signal: int, _frame: FrameType | None) -> None:
        raise Hang(f"more than {LONGEST} s")

    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, LONGEST)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def one_line(error: Exception) -> None:
    """Hold an error to what a user is to see: one line."""
    assert "\n" not in str(error) and str(error).strip(), repr(str(error))
