"""measured_points: what the simulation of a setup says, beside what loopback servers measure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from eval.bench.loopback_server import loopback
from eval.bench.loopback_turns import turns_by_processes
from eval.bench.scale.plan import Setup, simulate

POINTS = ((1, 4, 200), (1, 16, 200), (1, 32, 200), (2, 32, 200), (1, 8, 50), (2, 64, 200))
"""Processes, turns asked at once, milliseconds of the server."""
TURNS = 600


@dataclass(frozen=True)
class Point:
    """One setup, simulated and measured."""

    setup: Setup
    predicted: float
    """Turns a second."""
    measured: float

    @property
    def in_flight(self) -> float:
        """Requests that the server had in hand on average, by Little's law."""
        return self.measured * self.setup.alone_ms / 1000

    @property
    def error(self) -> float:
        """How far the prediction is off, as a share of what was measured."""
        return self.predicted / self.measured - 1


def measured_points(points: Sequence[tuple[int, int, int]] = POINTS, turns: int = TURNS) -> Iterator[Point]:
    """Measure turns against loopback servers, and simulate each with the computing time that was measured there."""
    for processes, asked, delay in points:
        with loopback(delay / 1000) as base_url:
            found = turns_by_processes(base_url, processes, asked, turns)
        setup = Setup(
            name=f"loopback server of {delay} ms", processes=processes, asked=asked, compute_ms=found.compute_ms, calls=1,
            alone_ms=delay,
        )  # fmt: skip
        yield Point(setup, simulate(setup, turns=turns * 4).turns_a_second, found.turns_a_second)
