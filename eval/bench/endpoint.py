"""`turnsql bench endpoint`: what the client costs beside a loopback server that takes a fixed time to answer."""

from __future__ import annotations

import asyncio
import statistics
from dataclasses import dataclass
from time import perf_counter

from agent.llm import open_llm
from eval.bench.loopback_server import loopback
from eval.bench.loopback_turns import loopback_turns
from eval.bench.peak_memory import peak_mb
from eval.runs.scheduling import quiet_gc
from nodes.llm.endpoint import Endpoint
from nodes.llm.messages import Completer, Message, Prompt

DELAY = 0.2
"""Seconds the server takes."""
TURNS = 960
CONCURRENCY = 32
CALLS = 10_000
ASKED = Prompt(messages=(Message(role="user", content="How many?"),))


@dataclass(frozen=True)
class EndpointCost:
    """What the client costs."""

    in_flight: float
    """Requests the server had in hand on average, of 32 turns at once, the first rounds left out."""
    turn_ms: float
    """Processor time of a turn: more than 200 / 32, and one process cannot keep 32 requests in flight."""
    overhead_ms: float
    """The median milliseconds of one call beyond the server's time."""
    growth_mb: float
    """The growth of this process's peak memory between the 1,000th and the 10,000th call."""


def endpoint_cost() -> EndpointCost:
    """Measure against servers of our own on the loopback."""
    with loopback(DELAY) as slow, loopback(0.0) as fast, quiet_gc():
        return asyncio.run(_measure(slow, fast))


async def _measure(slow: str, fast: str) -> EndpointCost:
    found = await loopback_turns(slow, CONCURRENCY, TURNS)
    async with open_llm(Endpoint(base_url=slow, model="m"), {}) as llm:
        assert llm
        overhead = [await _overhead(llm) for _ in range(25)]
    async with open_llm(Endpoint(base_url=fast, model="m"), {}) as llm:
        assert llm
        await _many(llm, CALLS // 10)
        before = _peak_mb()
        await _many(llm, CALLS - CALLS // 10)
    # By Little's law the server had as many in hand as its time fits into ours.
    return EndpointCost(
        found.turns_a_second * DELAY, found.processor_ms, statistics.median(overhead[5:]), _peak_mb() - before
    )


async def _overhead(llm: Completer) -> float:
    start = perf_counter()
    await llm.complete(ASKED, turn_id="0", stage="sql_generation")
    return (perf_counter() - start - DELAY) * 1000


async def _many(llm: Completer, calls: int) -> None:
    left = iter(range(calls))

    async def work() -> None:
        for call in left:
            await llm.complete(ASKED, turn_id=str(call), stage="sql_generation")

    await asyncio.gather(*(work() for _ in range(CONCURRENCY)))


def _peak_mb() -> float:
    # Kilobytes on Linux, bytes on macOS.
    return peak_mb()
