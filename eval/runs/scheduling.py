"""Turn scheduling: of the turns in flight one computes at a time, and gives way while it waits for its language model.

Turns that share the event loop step by step all reach the endpoint late and together, and then all wait together: 32 turns of
5 ms and an endpoint of 200 ms would keep 18 requests in flight. One after the other they reach it 5 ms apart and keep 31.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType

from nodes.llm.endpoint import Endpoint
from nodes.llm.messages import Completer, Prompt, Reply
from nodes.state import Stage


@dataclass
class ComputeSlot:
    """One turn's hold on the lock that lets one turn compute at a time."""

    compute_lock: asyncio.Lock
    _held: bool = False

    async def __aenter__(self) -> None:
        await self.compute_lock.acquire()
        self._held = True

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # A turn that was cancelled, or whose call failed, has given its slot up already.
        if self._held:
            self._held = False
            self.compute_lock.release()


@dataclass(frozen=True)
class YieldingCompleter:
    """A language model for whose answers a turn waits without its slot, so that another turn may compute."""

    completer: Completer
    slot: ComputeSlot

    @property
    def endpoint(self) -> Endpoint:
        """Who answers."""
        return self.completer.endpoint

    async def complete(self, prompt: Prompt, *, turn_id: str, stage: Stage) -> Reply:
        """Answer a prompt; see Completer."""
        await self.slot.__aexit__(None, None, None)
        reply = await self.completer.complete(prompt, turn_id=turn_id, stage=stage)
        await self.slot.__aenter__()
        return reply


YOUNG = 20_000
"""Objects made between two looks; Python's own 700 are fewer than one turn makes, and a fifth of a turn's time."""


@contextmanager
def quiet_gc() -> Generator[None]:
    """Leave what is there alone and collect more seldom; afterwards the collector is as it was."""
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
