"""loopback_turns: turns of one prompt each against a server that takes a fixed time, as a run asks them, by one process or several."""

from __future__ import annotations

import asyncio
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter, process_time

from agent.config import DEFAULT, Config
from agent.graph import build_graph, run_turn
from agent.llm import open_llm
from eval.demo.build import build
from eval.runs.scheduling import ComputeSlot, YieldingCompleter, quiet_gc
from nodes.llm.endpoint import Endpoint
from nodes.node import Context
from value_index.engines.sqlite.database import SQLiteDatabase


@dataclass(frozen=True)
class LoopbackTurns:
    """What processes gave, the first tenth of their turns left out."""

    turns_a_second: float
    processor_ms: float
    """Processor time of a turn."""
    stretch: float
    """Time that the processes ran or wanted to, over the time that they ran: more than 1 where other programs run."""

    @property
    def compute_ms(self) -> float:
        """Wall clock of a turn's computing."""
        return self.processor_ms * self.stretch


def _run_and_wait() -> tuple[float, float]:
    """Return for how long this thread has run, and for how long it has wanted to; (0, 0) where Linux does not say."""
    try:
        run, wait, _ = Path("/proc/thread-self/schedstat").read_text().split()
    except (OSError, ValueError):
        return 0.0, 0.0
    return float(run), float(wait)


async def loopback_turns(base_url: str, asked: int, turns: int) -> LoopbackTurns:
    """Ask so many turns, so many at a time, in this process."""
    direct = Config.load(DEFAULT.parent / "baselines" / "direct.toml")
    database = SQLiteDatabase.open(build()[0])
    graph = build_graph(direct.nodes(), max_attempts=1)
    context = Context(schema=database.schema, database=database)
    names, lock, warm_up = iter(range(turns)), asyncio.Lock(), turns // 10
    begun, ran = (perf_counter(), process_time()), _run_and_wait()
    async with open_llm(Endpoint(base_url=base_url, model="m"), {}) as llm:
        assert llm
        own = llm

        async def work() -> None:
            nonlocal begun, ran
            for name in names:
                slot = ComputeSlot(lock)
                async with slot:
                    if name == warm_up:
                        begun, ran = (perf_counter(), process_time()), _run_and_wait()
                    scheduled = replace(context, llm=YieldingCompleter(own, slot))
                    await run_turn(graph, scheduled, turn_id=str(name), history=(), utterance="How many?")

        await asyncio.gather(*(work() for _ in range(asked)))
    database.close()
    wall, cpu, counted = perf_counter() - begun[0], process_time() - begun[1], turns - warm_up
    run, wait = (now - before for now, before in zip(_run_and_wait(), ran, strict=True))
    return LoopbackTurns(counted / wall, cpu / counted * 1000, 1 + wait / run if run else 1.0)


def turns_by_processes(base_url: str, processes: int, asked: int, turns: int) -> LoopbackTurns:
    """Ask them by several processes at once, `asked` over all of them."""
    if processes == 1:
        return _alone(base_url, asked, turns)
    with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
        # Each asks a few turns first, so that all have begun before one is measured.
        list(pool.map(_alone, *_times(processes, base_url, 1, 10)))
        found = list(pool.map(_alone, *_times(processes, base_url, -(-asked // processes), turns // processes)))
    return LoopbackTurns(
        sum(each.turns_a_second for each in found),
        sum(each.processor_ms for each in found) / processes,
        sum(each.stretch for each in found) / processes,
    )


def _times(processes: int, *given: object) -> tuple[list[object], ...]:
    return tuple([each] * processes for each in given)


def _alone(base_url: str, asked: int, turns: int) -> LoopbackTurns:
    with quiet_gc():
        return asyncio.run(loopback_turns(base_url, asked, turns))
