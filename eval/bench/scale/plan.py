"""simulate: how many turns an hour processes and servers answer together, and which of them is the bottleneck.

A closed queueing network, event by event. A turn computes in its process, one turn at a time; then it waits for its server, once
a call. A server serves all calls that it has at once, each at full speed until together they ask for more than it can give.
"""

from __future__ import annotations

import heapq
import random
import tomllib
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import Field, ValidationError

from eval.records import RunError
from value_index.errors import first_problem, reason
from value_index.models import FrozenModel

TURNS = 6_000
"""Turns that are simulated; the first tenth is left out of the figures."""
BUSY = 0.9
"""Share of the time from which on a part is a bottleneck."""
SPREAD = 0.5
"""Computing times lie evenly within this share of their mean."""


class Setup(FrozenModel):
    """Processes and servers, by their measured parts."""

    name: str
    processes: int = Field(default=1, ge=1)
    """Processes that answer turns at most, each with a core of its own."""
    asked: int = Field(default=1, ge=1)
    """Turns in flight at once at most, over all processes."""
    compute_ms: float = Field(gt=0)
    """Milliseconds a turn computes in its process."""
    calls: int = Field(default=0, ge=0)
    """Calls of a language model a turn; 0 for the embedded planner."""
    servers: int = Field(default=1, ge=1)
    alone_ms: float = Field(default=0.0, ge=0)
    """Milliseconds of a call that a server answers alone."""
    most_calls: float = Field(default=float("inf"), gt=0)
    """Calls a second that one server gives at most, however many it has at once."""
    write_ms: float = Field(default=0.0, ge=0)
    """Milliseconds in which the process that began the run takes a record in and writes it."""
    shards: int = Field(default=1, ge=1)
    """Runs that the turns are dealt out to, each with a process that writes."""
    price: float = Field(default=0.0, ge=0)
    """What all the machines cost an hour."""


@dataclass(frozen=True)
class Throughput:
    """What a setup gives."""

    turns_a_second: float
    in_flight: float
    """Calls that the servers have in hand on average, all together."""
    process_use: float
    """Share of the time that a process computes."""
    server_use: float
    """Share of what a server can give at most that is asked of it."""
    writer_use: float
    """Share of the time that the process which writes is busy."""

    @property
    def bottleneck(self) -> str:
        """What would have to be faster, or more, for more turns a second."""
        uses = {"processes": self.process_use, "servers": self.server_use, "the writer": self.writer_use}
        most = max(uses, key=lambda name: uses[name])
        return most if uses[most] >= BUSY else "turns in flight"

    def hours(self, turns: int) -> float:
        """Return how long so many turns take."""
        return turns / self.turns_a_second / 3600


@dataclass
class _Server:
    """Calls that share a server: what each has been given is one figure, since all are given alike."""

    alone: float
    most: float
    given: float = 0.0
    """Share of a call that one which was there from the start would have been given."""
    at: float = 0.0
    ends: list[tuple[float, int]] = field(default_factory=list[tuple[float, int]])

    def speed(self) -> float:
        return min(1 / self.alone, self.most / len(self.ends)) if self.ends else 0.0

    def advance(self, now: float) -> None:
        self.given += (now - self.at) * self.speed()
        self.at = now

    def next_end(self) -> float:
        return self.at + max(0.0, self.ends[0][0] - self.given) / self.speed() if self.ends else float("inf")


@dataclass
class _Process:
    """Turns that compute one after the other."""

    waiting: deque[int] = field(default_factory=deque[int])
    busy: int | None = None
    until: float = float("inf")


def simulate(setup: Setup, *, turns: int = TURNS, seed: int = 0) -> Throughput:
    """Answer made-up turns and measure, the warm-up left out."""
    return _Simulation(setup, turns, random.Random(seed)).run()


class _Simulation:
    def __init__(self, setup: Setup, turns: int, draw: random.Random) -> None:
        self._setup, self._turns, self._draw = setup, turns, draw
        self._processes = [_Process() for _ in range(setup.processes)]
        calls_apart = setup.calls and setup.alone_ms > 0
        self._servers = [
            _Server(setup.alone_ms / 1000, setup.most_calls) for _ in range(setup.servers if calls_apart else 0)
        ]
        self._slots = max(setup.asked, setup.processes)
        self._left = [0] * self._slots
        """Calls that the turn of a slot has still to make."""
        self._now = self._held = self._computed = 0.0
        self._begun = self._done = self._calls = 0

    def run(self) -> Throughput:
        for slot in range(self._slots):
            self._begin(slot)
        warm, counted = self._turns // 10, (0.0, 0.0, 0.0, 0)
        while self._done < self._turns:
            done = self._done
            self._step()
            if done < warm <= self._done:
                counted = self._now, self._held, self._computed, self._calls
        time, turns = self._now - counted[0], self._turns - warm
        # Records queue up before a writer that is too slow, and in the end all wait for it.
        slowed = max(1.0, turns / time * self._setup.write_ms / 1000 / self._setup.shards)
        time *= slowed
        return Throughput(
            turns_a_second=turns / time,
            in_flight=(self._held - counted[1]) / time,
            process_use=(self._computed - counted[2]) / time / len(self._processes),
            server_use=(self._calls - counted[3]) / time / (self._setup.most_calls * max(1, len(self._servers))),
            writer_use=turns / time * self._setup.write_ms / 1000 / self._setup.shards,
        )

    def _step(self) -> None:
        """Go on to the next moment at which a turn has computed or a call is answered."""
        process = min(self._processes, key=lambda each: each.until)
        server = min(self._servers, key=_Server.next_end, default=None)
        answered = server.next_end() if server else float("inf")
        now = min(process.until, answered)
        self._held += (now - self._now) * sum(len(each.ends) for each in self._servers)
        self._computed += (now - self._now) * sum(each.busy is not None for each in self._processes)
        self._now = now
        if server and answered <= process.until:
            server.advance(now)
            self._calls += 1
            self._compute(heapq.heappop(server.ends)[1])
        else:
            self._computed_one(process)

    def _begin(self, slot: int) -> None:
        self._left[slot] = self._setup.calls
        self._compute(slot)

    def _compute(self, slot: int) -> None:
        process = self._processes[slot % len(self._processes)]
        process.waiting.append(slot)
        self._next(process)

    def _next(self, process: _Process) -> None:
        if process.busy is None and process.waiting:
            process.busy = process.waiting.popleft()
            mean = self._setup.compute_ms / 1000 / (self._setup.calls + 1)
            process.until = self._now + mean * self._draw.uniform(1 - SPREAD, 1 + SPREAD)

    def _computed_one(self, process: _Process) -> None:
        slot, process.busy, process.until = process.busy, None, float("inf")
        assert slot is not None
        if self._left[slot] and self._servers:
            self._left[slot] -= 1
            server = self._servers[slot // len(self._processes) % len(self._servers)]
            server.advance(self._now)
            heapq.heappush(server.ends, (server.given + 1, slot))
        else:
            self._done += 1
            self._begin(slot)
        self._next(process)


class Plan(FrozenModel):
    """A file of setups: `turns`, and a table `setup` for each."""

    turns: int = 1_000_000
    setup: tuple[Setup, ...]


@dataclass(frozen=True)
class Step:
    """A setup on the way to what is at hand."""

    setup: Setup
    found: Throughput


def steps(setup: Setup) -> Iterator[Step]:
    """Yield one process with a few turns in flight, and then twice of whatever is the bottleneck, up to what the setup has."""
    now = setup.model_copy(update={"processes": 1, "asked": min(setup.asked, 32), "shards": 1})
    while True:
        found = simulate(now)
        yield Step(now, found)
        if found.bottleneck == "processes" and now.processes < setup.processes:
            processes = min(setup.processes, now.processes * 2)
            now = now.model_copy(update={"processes": processes, "asked": max(now.asked, processes)})
        elif found.bottleneck == "turns in flight" and now.asked < setup.asked:
            now = now.model_copy(update={"asked": min(setup.asked, now.asked * 2)})
        elif found.bottleneck == "the writer" and now.shards < setup.shards:
            now = now.model_copy(update={"shards": min(setup.shards, now.shards * 2)})
        else:
            return


def read_plan(path: Path) -> Plan:
    """Read a file of setups.

    Raises:
        RunError: It cannot be read, or is none.
    """
    try:
        return Plan.model_validate(tomllib.loads(path.read_text("utf-8")))
    except (OSError, ValueError) as error:
        said = first_problem(error) if isinstance(error, ValidationError) else reason(error)
        raise RunError(f"{path} is no plan: {said}") from error
