"""The agent as a service: a session for each task, one message at a time, and what the orchestrator reads of it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from aiohttp.test_utils import TestClient, TestServer

from agent.config import DEFAULT, Config
from eval.interact.play import messages
from eval.interact.play.agent_service import AgentService, agent_app
from tests.eval.interact.farm import FARM, GOLD, TASK, make_release
from tests.eval.interact.small_world import SmallWorld


class Direct:
    """A service that answers without a network."""

    def __init__(self, world: SmallWorld) -> None:
        self.world, self.calls = world, 0

    async def post(self, path: str, payload: Any) -> dict[str, Any]:
        self.calls += 1
        return self.world.answer(path, payload, str(self.calls))[1]

    async def get(self, path: str) -> dict[str, Any]:
        return self.world.answer(path, {}, "")[1]


def test_the_official_orchestrator_drives_a_conversation(tmp_path: Path) -> None:
    row = {**TASK, "sol_sql": GOLD["sol_sql"], "follow_up": {**TASK["follow_up"], **GOLD["follow_up"]}}
    world = Direct(SmallWorld(make_release(tmp_path / "release", row)))
    world.world.answer("/init_task", {"task_id": "farm_1", "task_data": {"_interact_mode": "c-interact"}}, "0")
    service = AgentService(
        Config.load(DEFAULT), tmp_path / "shown", None, environment=world, user=world, dialect="sqlite"
    )

    async def drive() -> tuple[list[int], dict[str, Any]]:
        async with TestClient(TestServer(agent_app(service))) as client:
            state = {"db_schema": FARM, "external_kg": "[]", "max_turn": 5}
            key = {"task_id": "farm_1", "mode": "c-interact"}
            answers = [
                await client.get("/health"),
                await client.post("/init_session", json={**key, "state": state, "reset": True}),
                await client.post("/run_session", json={"mode": "c-interact"}),
                await client.post(
                    "/run_session",
                    json={**key, "message": messages.first_of_conversation("Which fields are big?", 5)},
                ),
            ]
            return [answer.status for answer in answers], await answers[-1].json()

    statuses, answer = asyncio.run(drive())
    assert statuses == [200, 200, 422, 200]
    assert answer["response"] == messages.AWAITING and answer["state"]["phase1_completed"]
    assert answer["state"]["_submitted_this_phase"] and answer["state"]["total_reward"] == 0.7
    assert [call["tool"] for call in answer["state"]["tool_trajectory"]][-1] == "submit_sql"
