"""The services: the official answers, coins to the last one, keys that pay once, faults that lose nothing."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from eval.datasets.bird_interact.release import load_release
from eval.interact.world.faults import FAULTS, Faults
from eval.interact.world.open import World, open_world
from eval.interact.world.server import KEY_HEADER, serve
from eval.interact.world.service import RequestError
from tests.eval.interact.farm import GOLD, MANAGEMENT, TASK, make_release, write_lines


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    folder = make_release(tmp_path / "release", TASK, MANAGEMENT)
    release = load_release(folder, write_lines(tmp_path / "gold.jsonl", GOLD, MANAGEMENT))
    with open_world(release, management=True) as opened:
        yield opened


def call(world: World, path: str, key: str = "", task: str = "farm_1", **fields: Any) -> dict[str, Any]:
    service = world.user if path in ("/ask", "/phase_transition") else world.environment
    return asyncio.run(service.handle(path, {"task_id": task, **fields}, key))


def begin(world: World, mode: str = "a", task: str = "farm_1") -> None:
    data = {"instance_id": task, "_interact_mode": f"{mode}-interact"}
    for service in (world.environment, world.user):
        asyncio.run(service.handle("/init_task", {"task_id": task, "task_data": data}))


def test_a_task_is_played_through(world: World) -> None:
    begin(world)
    assert "CREATE TABLE field" in call(world, "/schema")["schema"]
    assert call(world, "/knowledge_names") == {"names": ["Yield"]}
    assert json.loads(call(world, "/knowledge", knowledge_name="Yield")["knowledge"])["id"] == 0
    assert call(world, "/knowledge", knowledge_name="Good Field") == {"knowledge": "Knowledge not found."}
    assert call(world, "/column_meaning", table_name="FIELD", column_name="name") == {"meaning": "What it is called"}
    assert call(world, "/execute", sql="SELECT 1 AS a")["result"] == "a\n-\n1"
    assert (
        call(world, "/execute", sql="-- x\nDELETE FROM field")["error"] == "Only SELECT queries allowed in execute_sql"
    )
    assert call(world, "/execute", sql="SELECT x FROM field")["error"].startswith("SQL error: no such column")
    assert call(world, "/ask", question="What is big?")["answer"] == "By 'big' I mean: hectares more than 4."
    wrong = call(world, "/submit", sql="SELECT 1")
    assert (wrong["passed"], wrong["message"]) == (False, "SQL failed Phase 1. Your SQL is not correct.")
    assert "[exec_err_flg]" in call(world, "/submit", sql="SELECT nonsense")["message"]
    right = call(world, "/submit", sql=GOLD["sol_sql"][0])
    assert right == {
        "passed": True, "message": "Phase 1 correct! (Reward: 0.7). Moving to Phase 2.", "reward": 0.7,
        "phase_completed": 1, "has_follow_up": True, "follow_up_query": "And their wheat of 2024, most first?",
    }  # fmt: skip
    assert call(world, "/phase_transition") == {"status": "ok", "phase": 2}
    last = call(world, "/submit", sql=GOLD["follow_up"]["sol_sql"])
    assert (last["reward"], last["message"]) == (0.3, "Phase 2 correct! (Reward: 0.3). Task finished.")
    assert call(world, "/submit", sql=GOLD["follow_up"]["sol_sql"])["reward"] == 0.0


def test_coins_are_counted_to_the_last(world: World) -> None:
    begin(world)
    for path in ("/schema", "/knowledge_names"):
        call(world, path)
    call(world, "/ask", question="What is big?")
    for _ in range(5):
        call(world, "/submit", sql="SELECT 1")
    book = asyncio.run(world.environment.get("/ledger/farm_1"))
    assert (book["budget"], book["spent"], book["remaining"]) == (16.0, 16.0, 0.0)
    assert [entry["cost"] for entry in book["entries"]] == [1.0, 0.5, 2.0, 3.0, 3.0, 3.0, 3.0, 0.5]
    call(world, "/submit", sql="SELECT 1")
    book = asyncio.run(world.environment.get("/ledger/farm_1"))
    assert book["spent"] == 16.0
    assert [entry["beyond"] for entry in book["entries"]] == [False] * 8 + [True]


def test_a_conversation_pays_nothing_and_debugging_earns_less(world: World) -> None:
    begin(world, "c")
    call(world, "/submit", sql="SELECT 1")
    assert call(world, "/submit", sql=GOLD["sol_sql"][0])["reward"] == 0.5
    book = asyncio.run(world.environment.get("/ledger/farm_1"))
    assert (book["budget"], book["spent"]) == (None, 0.0)


def test_a_key_pays_once(world: World) -> None:
    begin(world, "c")
    first = call(world, "/submit", "k1", sql="SELECT 1")
    assert call(world, "/submit", "k1", sql="SELECT 1") == first
    assert call(world, "/submit", "k2", sql="SELECT 1") == first
    assert len(asyncio.run(world.environment.get("/ledger/farm_1"))["entries"]) == 2


def test_what_was_made_in_the_first_phase_is_there_in_the_second(world: World) -> None:
    begin(world, task="farm_M_1")
    made = call(world, "/submit", task="farm_M_1", sql="CREATE TABLE good AS SELECT name FROM field WHERE hectares > 4")
    assert made["passed"], made
    assert call(world, "/execute", task="farm_M_1", sql="SELECT COUNT(*) FROM good")["result"].endswith("2")
    assert call(world, "/submit", task="farm_M_1", sql="SELECT COUNT(*) FROM good")["passed"]
    assert call(world, "/cleanup_task", task="farm_M_1")["status"] == "ok"


@pytest.mark.parametrize(
    ("path", "fields", "status"),
    [
        ("/submit", {"task_id": "x"}, 404),
        ("/nowhere", {}, 404),
        ("/init_task", {"task_id": "x"}, 404),
        ("/submit", {}, 422),
    ],
)
def test_a_request_without_an_answer_has_a_status(world: World, path: str, fields: dict[str, Any], status: int) -> None:
    with pytest.raises(RequestError) as told:
        asyncio.run(world.environment.handle(path, fields))
    assert told.value.status == status


def test_the_caller_may_bring_the_gold(tmp_path: Path) -> None:
    with open_world(load_release(make_release(tmp_path))) as bare:
        record = {**TASK, **GOLD, "follow_up": None}
        asyncio.run(bare.environment.handle("/init_task", {"task_id": "farm_1", "task_data": record}))
        assert call(bare, "/submit", sql=GOLD["sol_sql"][0])["message"].endswith("Task finished.")


def test_faults_lose_nothing(world: World) -> None:
    faults = Faults(0.5, seed=3)

    async def played() -> list[dict[str, Any]]:
        async with serve(world.environment, world.user, faults=faults) as at, aiohttp.ClientSession() as client:

            async def asked(url: str, path: str, key: str, **fields: Any) -> dict[str, Any]:
                for _ in range(40):
                    try:
                        sent = {"task_id": "farm_1", **fields}
                        async with client.post(url + path, json=sent, headers={KEY_HEADER: key}) as reply:
                            if reply.status == 200:
                                return json.loads(await reply.text())
                    except (aiohttp.ClientError, ValueError):
                        pass
                raise AssertionError("no answer")

            data = {"instance_id": "farm_1", "_interact_mode": "a-interact"}
            await asked(at.environment, "/init_task", "a", task_data=data)
            await asked(at.user, "/init_task", "b", task_data=data)
            answers = [await asked(at.environment, "/execute", f"e{n}", sql=f"SELECT {n}") for n in range(7)]
            answers.append(await asked(at.user, "/ask", "q", question="What is big?"))
            answers.append(await asked(at.environment, "/submit", "s", sql=GOLD["sol_sql"][0]))
            async with client.get(f"{at.environment}/ledger/farm_1") as reply:
                return [*answers, await reply.json()]

    *answers, book = asyncio.run(played())
    assert [answer["result"][-1] for answer in answers[:7]] == list("0123456")
    assert answers[-1]["reward"] == 0.7
    assert (book["spent"], len(book["entries"])) == (12.0, 9)
    assert faults.requests > 11
    assert sum(faults.given.values()) == faults.requests - 11 + faults.given["slow"]
    assert len(FAULTS) == 7
