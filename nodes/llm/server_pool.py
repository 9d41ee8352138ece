"""ServerPool: several servers of one model; a dialogue stays with its server, and goes on elsewhere while that one is down."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Callable, Sequence
from time import monotonic

from nodes.llm.endpoint import Endpoint
from nodes.llm.messages import Completer, EndpointError, Prompt, Reply
from nodes.state import Stage

REST = 10.0
"""Seconds that a server which gave no answer is left alone, before one call tries it again."""
PAUSE = 1.0
"""Seconds before all servers are tried again; doubled each time, up to eight."""


class ServerPool:
    """Servers that answer alike, asked by dialogue: the prompts of one share their beginning, which its server keeps.

    A call that its server does not answer goes to the next; where none answers, all are tried again a few times.
    """

    def __init__(
        self, servers: Sequence[Completer], *, rounds: int, clock: Callable[[], float] = monotonic, pause: float = PAUSE
    ) -> None:
        self._servers = tuple(servers)
        self._rounds = rounds
        self._clock = clock
        self._pause = pause
        self._down_until = [float("-inf")] * len(self._servers)

    @property
    def endpoint(self) -> Endpoint:
        """The bounds of all of them; the address of the first."""
        return self._servers[0].endpoint

    async def complete(self, prompt: Prompt, *, turn_id: str, stage: Stage) -> Reply:
        """Answer a prompt; see Completer."""
        last = "no server was asked"
        for attempt in range(self._rounds):
            for place in self._order(turn_id):
                try:
                    return await self._ask(place, prompt, turn_id, stage)
                except EndpointError as error:
                    if not error.elsewhere:
                        raise
                    last = str(error)
            if attempt + 1 < self._rounds:
                await asyncio.sleep(min(self._pause * 2**attempt, 8 * self._pause))
        raise EndpointError(f"none of {len(self._servers)} servers answers, the last: {last}", fatal=True)

    def _order(self, turn_id: str) -> list[int]:
        """Return the servers to try: the dialogue's own and those after it, those that are left alone last."""
        dialogue = turn_id.partition("/")[0]
        home = int(dialogue) if dialogue.isdecimal() else zlib.crc32(dialogue.encode())
        ring = [(home + step) % len(self._servers) for step in range(len(self._servers))]
        now = self._clock()
        return sorted(ring, key=lambda place: self._down_until[place] > now)

    async def _ask(self, place: int, prompt: Prompt, turn_id: str, stage: Stage) -> Reply:
        server, now = self._servers[place], self._clock()
        if self._down_until[place] > float("-inf"):
            self._down_until[place] = now + REST  # this call alone tries it
        try:
            reply = await server.complete(prompt, turn_id=turn_id, stage=stage)
        except EndpointError as error:
            if error.elsewhere:
                self._down_until[place] = self._clock() + REST
            raise
        self._down_until[place] = float("-inf")
        return reply.model_copy(update={"usage": reply.usage.model_copy(update={"server": server.endpoint.base_url})})
