"""Time and memory: the graph beside a bare one, a run, its scoring. Printed, not asserted."""

from __future__ import annotations

import asyncio
import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from agent.bare_graph import FloorGraph, build_floor, run_floor
from agent.config import DEFAULT, Config
from agent.graph import Graph, build_graph, run_turn
from agent.session import open_store
from eval.demo.build import build
from eval.records import read_turns
from nodes.node import Context
from value_index.engines.sqlite.database import SQLiteDatabase
from value_index.errors import TurnSQLError

ROUNDS = 7
TURNS = 40
"""Turns a round; ours and the bare graph take turns, so that a busy machine slows both."""

Turn = Callable[[str], Awaitable[float]]
"""Runs one turn in a thread of that name and returns the milliseconds spent inside nodes."""


FIRST_QUESTION = "Which airlines fly to Boston?"
"""Asked of the first database of the demo."""


@dataclass(frozen=True)
class Overhead:
    """What a turn costs beyond its nodes."""

    checkpointer: str
    graph_ms: float
    """Ours, best of the rounds."""
    bare_ms: float
    """A bare seven-node LangGraph graph in the same process."""

    @property
    def ratio(self) -> float:
        """Ours over the bare graph."""
        return self.graph_ms / self.bare_ms


@dataclass(frozen=True)
class CommandCost:
    """What a command took as a process of its own."""

    seconds: float
    """Wall clock, the start of the process included."""
    cpu: float
    """Processor seconds, which a busy machine stretches less."""
    peak_mb: float
    """Largest resident set, in 10^6 bytes."""


@dataclass(frozen=True)
class TurnCost:
    """What turns of conversations took, end to end, in one process."""

    turns: int
    p50: float
    """Milliseconds."""
    p95: float
    peak_mb: float
    """The peak memory of the process that ran them, databases and value indexes included."""


def cold_start() -> CommandCost:
    """Measure `turnsql ask` over the demo as a process of its own: the best of three, so that the files are in memory."""
    words = ("ask", "--db", str(build()[0]), FIRST_QUESTION)
    return min((command_cost(*words) for _ in range(3)), key=lambda cost: cost.seconds)


def turn_cost(data: Path, dialogues: str) -> TurnCost:
    """Run dialogues of CoSQL dev with gold history, and measure their turns."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "run"
        cost = command_cost("eval", "run", "--data", str(data), "--dialogues", dialogues, "--out", str(out))
        ms = sorted(record.timing["ms"] for record in read_turns(out) if "ms" in record.timing)
    if not ms:
        raise TurnSQLError(f"no turn of {dialogues} of {str(data)!r} was run")
    return TurnCost(len(ms), ms[len(ms) // 2], ms[int(0.95 * len(ms))], cost.peak_mb)


def graph_overhead() -> list[Overhead]:
    """Measure a turn of the skip configuration without a checkpointer and with SQLite (one checkpoint a turn)."""
    return asyncio.run(_graph_overhead())


def command_cost(*words: str) -> CommandCost:
    """Run `turnsql WORDS` and measure it.

    Raises:
        TurnSQLError: the command failed; its own message is named.
    """
    start = perf_counter()
    with tempfile.TemporaryFile("w+") as told:
        process = subprocess.Popen([sys.executable, "-m", "turnsql", *words], stdout=told, stderr=told)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = perf_counter() - start
        if process.returncode:
            told.seek(0)
            raise TurnSQLError(f"turnsql {shlex.join(words)} failed: {' '.join(told.read().split())[-500:]}")
    # Kilobytes on Linux, bytes on macOS.
    unit = 1 if sys.platform == "darwin" else 1024
    return CommandCost(seconds=seconds, cpu=usage.ru_utime + usage.ru_stime, peak_mb=usage.ru_maxrss * unit / 1e6)


async def _graph_overhead() -> list[Overhead]:
    skip = Config.load(DEFAULT.parent / "skip.toml")
    database = SQLiteDatabase.open(build()[0])
    context = Context(schema=database.schema, database=database)
    attempts = skip.graph.max_attempts
    plain = build_graph(skip.nodes(), max_attempts=attempts)
    found = [await _compare("none", _ours(plain, context, kept=False), _bare(build_floor(), kept=False))]
    with tempfile.TemporaryDirectory() as folder:
        async with open_store(Path(folder) / "ours.sqlite") as mine, open_store(Path(folder) / "bare.sqlite") as its:
            keeping = build_graph(skip.nodes(), max_attempts=attempts, checkpointer=mine)
            ours, bare = _ours(keeping, context, kept=True), _bare(build_floor(checkpointer=its), kept=True)
            found.append(await _compare("SQLite, one checkpoint a turn", ours, bare))
    database.close()
    return found


def _ours(graph: Graph, context: Context, *, kept: bool) -> Turn:
    async def turn(name: str) -> float:
        state = await run_turn(
            graph,
            context,
            turn_id=name,
            history=(),
            utterance="Which airlines fly to Boston?",
            thread={"configurable": {"thread_id": name}} if kept else None,
        )
        return sum(step.ms for step in state.trace)

    return turn


def _bare(graph: FloorGraph, *, kept: bool) -> Turn:
    async def turn(name: str) -> float:
        await run_floor(graph, "Which airlines fly to Boston?", thread=name if kept else None)
        return 0.0

    return turn


async def _compare(checkpointer: str, ours: Turn, bare: Turn) -> Overhead:
    rounds = [(await _round(ours, number), await _round(bare, number)) for number in range(-1, ROUNDS)]
    kept = rounds[1:]  # the first round warms up
    return Overhead(
        checkpointer=checkpointer,
        graph_ms=min(mine for mine, _ in kept),
        bare_ms=min(its for _, its in kept),
    )


async def _round(turn: Turn, number: int) -> float:
    """Return milliseconds a turn beyond the nodes."""
    start = perf_counter()
    inside = [await turn(f"{number}/{count}") for count in range(TURNS)]
    return ((perf_counter() - start) * 1000 - sum(inside)) / TURNS
