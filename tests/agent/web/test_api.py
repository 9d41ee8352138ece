from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from agent.storage.thread_lock import thread_lock
from tests.agent.web.conftest import Serve

TURNS = "/api/threads/t/turns"


def ask(client: TestClient, question: str, thread: str = "t") -> dict[str, Any]:
    answer = client.post(f"/api/threads/{thread}/turns", json={"question": question})
    assert answer.status_code == 200, answer.text
    return answer.json()


def events(text: str) -> list[tuple[str, Any]]:
    found = [block.split("\n") for block in text.strip().split("\n\n") if block.startswith("event:")]
    return [(name.removeprefix("event: "), json.loads(data.removeprefix("data: "))) for name, data in found]


def test_a_conversation_is_held_and_taken_up_again(serve: Serve) -> None:
    client = serve()
    first = ask(client, "show the names of towns with a population over 200000")
    assert (first["number"], first["rows"]) == (1, [["Kiel"], ["Bonn"]])
    assert [(each["column"], each["operator"], each["value"], each["from_turn"]) for each in first["filters"]] == [
        ("population", ">", 200000, 1)
    ]
    assert first["uses"] == {"tables": ["town"], "columns": ["town.name", "town.population"]}
    second = ask(client, "how many are there?")
    assert second["number"] == 2
    again = serve()
    held = again.get("/api/threads/t").json()
    assert [turn["question"] for turn in held["turns"]] == [
        "show the names of towns with a population over 200000",
        "how many are there?",
    ]
    assert [turn["rows"] for turn in held["turns"]] == [None, None] and held["turns"][1]["plan"]
    assert again.get(f"{TURNS}/1/rows").json()["rows"] == [["Kiel"], ["Bonn"]]
    assert again.get("/api/threads").json()["threads"][0] | {"at": ""} == {
        "name": "t",
        "turns": 2,
        "first": "show the names of towns with a population over 200000",
        "at": "",
    }


def test_the_stages_come_as_events_and_the_answer_last(client: TestClient) -> None:
    given = client.post(TURNS, json={"question": "how many towns?"}, headers={"Accept": "text/event-stream"})
    assert given.headers["content-type"].startswith("text/event-stream") and given.text.startswith(": asked\n\n")
    found = events(given.text)
    assert [data["stage"] for name, data in found if name == "stage"] == [
        "dialogue_state_tracking",
        "schema_linking",
        "value_grounding",
        "plan_emission",
        "sql_generation",
        "schema_validation",
    ]
    assert found[-1][0] == "answer" and found[-1][1]["rows"] == [[3]]


def test_a_thread_that_another_program_has_open_is_waited_for_and_told(
    client: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent.web.workers.LOCK_WAIT_SECONDS", 0.1)
    with thread_lock(tmp_path / "threads.sqlite", "t"):
        given = client.post(TURNS, json={"question": "how many towns?"}, headers={"Accept": "text/event-stream"})
        assert [name for name, _ in events(given.text)] == ["error"] and "open elsewhere" in given.text
        assert client.post(TURNS, json={"question": "how many towns?"}).status_code == 409
    assert ask(client, "how many towns?")["number"] == 1


def test_a_filter_is_taken_off_and_a_plan_edited(client: TestClient) -> None:
    first = ask(client, "show the names of towns with a population over 200000")
    off = client.post(f"{TURNS}/last/without", json={"filter": 0}).json()
    assert (off["number"], len(off["rows"]), off["filters"]) == (1, 3, [])
    edited = client.post(f"{TURNS}/last/plan", json={"plan": first["plan"] | {"limit": 1}}).json()
    assert (edited["number"], edited["rows"]) == (1, [["Kiel"]])
    assert [each["stage"] for each in edited["stages"][-2:]] == ["sql_generation", "schema_validation"]
    assert ask(client, "how many are there?")["number"] == 2


def test_the_latest_turn_is_forgotten(client: TestClient) -> None:
    ask(client, "how many towns?")
    ask(client, "show their names")
    left = client.delete(f"{TURNS}/last").json()
    assert [turn["question"] for turn in left["turns"]] == ["how many towns?"]
    assert client.delete(f"{TURNS}/last").json()["turns"] == []
    assert client.delete(f"{TURNS}/last").status_code == 404


def test_rows_are_given_as_csv(client: TestClient) -> None:
    ask(client, "show the names of towns with a population over 200000")
    given = client.get(f"{TURNS}/1/csv")
    assert (given.text, given.headers["content-disposition"]) == (
        "name\r\nKiel\r\nBonn\r\n",
        'attachment; filename="turn-1.csv"',
    )


def test_sql_of_a_persons_own_only_reads(client: TestClient) -> None:
    def run(sql: str) -> dict[str, Any]:
        return client.post("/api/sql", json={"sql": sql}).json()

    assert run("SELECT 9007199254740993, x'ff', 1e999, NULL")["rows"] == [["9007199254740993", "x'ff'", "inf", None]]
    assert run("DELETE FROM town")["outcome"] == "refused"
    assert run("SELECT nope FROM town")["outcome"] == "error"


def test_the_schema_is_told(client: TestClient) -> None:
    found = client.get("/api/database").json()
    assert [table["name"] for table in found["tables"]] == ["town", "<b>shop</b>"]
    assert found["foreign_keys"] == [
        {"table": "<b>shop</b>", "column": "town_id", "to_table": "town", "to_column": "town_id"}
    ]
    assert found["tables"][0]["columns"][0] == {"name": "town_id", "type": "INTEGER", "primary_key": True}


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", TURNS, {"question": ""}, 422),
        ("POST", TURNS, {"question": "x" * 10_001}, 422),
        ("POST", TURNS, {"question": "how many?", "more": 1}, 422),
        ("POST", TURNS, [], 422),
        ("POST", f"{TURNS}/last/plan", {"plan": {"select": [{"kind": "sql", "text": "1"}]}}, 422),
        ("POST", f"{TURNS}/last/without", {"filter": 0}, 409),
        ("POST", f"{TURNS}/last/reading", {"reading": -1}, 422),
        ("GET", f"{TURNS}/1/rows", None, 404),
        ("GET", f"{TURNS}/0/rows", None, 422),
        ("GET", f"{TURNS}/x/rows", None, 422),
        ("GET", "/api/nothing", None, 404),
        ("PUT", "/api/sql", {"sql": "SELECT 1"}, 405),
    ],
)
def test_a_bad_request_gets_one_line(client: TestClient, method: str, path: str, body: Any, status: int) -> None:
    given = client.request(method, path, json=body) if body is not None else client.request(method, path)
    assert given.status_code == status, given.text
    assert set(given.json()) == {"error"} and "\n" not in given.json()["error"]


def test_turns_of_one_thread_are_answered_one_after_another(client: TestClient) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: ask(client, "how many towns?"), range(8)))
    assert sorted(answer["number"] for answer in answers) == list(range(1, 9))


def test_two_processes_on_a_store_lose_no_turn(serve: Serve) -> None:
    one, other = serve(), serve()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda at: ask((one, other)[at % 2], "how many towns?"), range(8)))
    assert sorted(answer["number"] for answer in answers) == list(range(1, 9))


def test_an_answer_is_kept_only_when_asked_and_then_answers_its_question_again(client: TestClient) -> None:
    question = "what is the biggest place?"
    ask(client, question)
    assert client.get("/api/feedback").json() == {"kept": []}
    plan = ask(client, "show the names of towns with a population over 300000", "other")["plan"]
    kept = client.post(f"{TURNS}/last/keep", json={"plan": plan}).json()
    assert kept["question"] == question and kept["edited"]
    assert ask(client, question, "new")["rows"] == [["Bonn"]]
    exported = json.loads(client.get("/api/feedback/export").text)
    assert (exported["utterance"], exported["leak_class"]) == (question, "unaudited")
    assert client.delete(f"/api/feedback/{kept['id']}").json() == {"kept": []}
    assert client.delete(f"/api/feedback/{kept['id']}").status_code == 404
    assert client.post("/api/threads/none/turns/last/keep", json={}).status_code == 409


def test_an_agent_speaks_mcp_beside_the_page(client: TestClient) -> None:
    hello = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}},
    }
    headers = {"Accept": "application/json, text/event-stream"}
    given = client.post("/mcp", json=hello, headers=headers)
    assert given.status_code == 200 and "serverInfo" in given.text
    assert client.post("/mcp", json=hello, headers={**headers, "Origin": "http://evil.example"}).status_code == 403
