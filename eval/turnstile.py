"""Turnstile: of the turns in flight one computes at a time, and steps aside while it waits for its language model.

Turns that share the event loop step by step all reach the endpoint late and together, and then all wait together: 32 turns of
5 ms and an endpoint of 200 ms would keep 18 requests in flight. One after the other they reach it 5 ms apart and keep 31.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from nodes.completion import Completer, Prompt, Reply
from nodes.endpoint import Endpoint
from nodes.state import Stage


@dataclass(frozen=True)
class Aside:
    """A language model whose caller, a turn that holds the turnstile, lets others through while it waits."""

    completer: Completer
    turnstile: asyncio.Lock

    @property
    def endpoint(self) -> Endpoint:
        """Who answers."""
        return self.completer.endpoint

    async def complete(self, prompt: Prompt, *, turn_id: str, stage: Stage) -> Reply:
        """Answer a prompt; see Completer."""
        self.turnstile.release()
        try:
            return await self.completer.complete(prompt, turn_id=turn_id, stage=stage)
        finally:
            await self.turnstile.acquire()
