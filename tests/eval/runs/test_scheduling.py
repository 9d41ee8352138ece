from __future__ import annotations

import asyncio

import pytest

from eval.runs.scheduling import ComputeSlot, YieldingCompleter
from nodes.llm.endpoint import Endpoint
from nodes.llm.messages import (
    EndpointError,
    Message,
    Prompt,
    Reply,
)
from nodes.state import Stage

ASKED = Prompt(messages=(Message(role="user", content="How many?"),))


class Slow:
    """Answers after a while, or fails."""

    endpoint = Endpoint(base_url="http://a/v1", model="m")

    def __init__(self) -> None:
        self.waiting = self.most = 0

    async def complete(self, prompt: Prompt, *, turn_id: str, stage: Stage) -> Reply:
        self.waiting += 1
        self.most = max(self.most, self.waiting)
        await asyncio.sleep(0.01)
        self.waiting -= 1
        if turn_id == "3":
            raise EndpointError("no")
        return Reply(text=turn_id)


def test_one_computes_while_the_others_wait_for_answers() -> None:
    slow, computing, seen = Slow(), 0, set[int]()

    async def turn(name: int, compute_lock: asyncio.Lock) -> str:
        nonlocal computing
        slot = ComputeSlot(compute_lock)
        async with slot:
            for part in range(4):
                computing += 1
                seen.add(computing)
                await asyncio.sleep(0)
                computing -= 1
                if part == 1:
                    reply = await YieldingCompleter(slow, slot).complete(
                        ASKED, turn_id=str(name), stage="sql_generation"
                    )
            return reply.text

    async def all_of_them() -> list[str | BaseException]:
        compute_lock = asyncio.Lock()
        given = await asyncio.gather(*(turn(name, compute_lock) for name in range(8)), return_exceptions=True)
        assert not compute_lock.locked()
        return given

    given = asyncio.run(all_of_them())
    assert seen == {1} and slow.most == 8
    assert [text for text in given if isinstance(text, str)] == ["0", "1", "2", "4", "5", "6", "7"]
    with pytest.raises(EndpointError):
        raise next(fault for fault in given if isinstance(fault, EndpointError))


def test_a_turn_that_is_cancelled_outside_holds_nothing() -> None:
    async def turn(compute_lock: asyncio.Lock) -> None:
        slot = ComputeSlot(compute_lock)
        async with slot:
            await YieldingCompleter(Slow(), slot).complete(ASKED, turn_id="0", stage="sql_generation")

    async def all_of_them() -> bool:
        compute_lock = asyncio.Lock()
        turns = [asyncio.create_task(turn(compute_lock)) for _ in range(3)]
        await asyncio.sleep(0.005)
        async with compute_lock:
            for cancelled in turns:
                cancelled.cancel()
            await asyncio.wait(turns)
            return compute_lock.locked()

    assert asyncio.run(all_of_them())
