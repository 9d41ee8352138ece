"""An MCP client of the official SDK holds a conversation, over stdio and over HTTP, the question back included."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("mcp", reason="the extra `web` is not installed")

import mcp_types as types
from mcp import Client, StdioServerParameters
from starlette.testclient import TestClient

from agent.config import Config
from agent.mcp_server.app import mcp_http, running, tool_server
from agent.web.security import Access, names_of
from agent.web.workers import Workers
from eval.demo.build import build
from nodes.node import Context
from tests.agent.conftest import ROOT
from tests.agent.revision.conftest import config

TALK = ("Which airlines fly to Boston?", "Only show the ones from France.")
MODES = ("auto", "legacy")
"""The protocol of today, in which a tool's call ends with a question, and the one before, in which the server asks."""
assert config, "the fixture of the planner that knows two readings"


class User:
    """A person behind a client."""

    def __init__(self, reply: str = "2", action: Any = "accept") -> None:
        self.reply, self.action, self.asked = reply, action, list[str]()

    async def __call__(self, _: Any, params: Any) -> types.ElicitResult:
        self.asked.append(params.message)
        return types.ElicitResult(action=self.action, content={"answer": self.reply})


async def talk(server: Any, mode: Any, *questions: str, user: User | None = None) -> list[dict[str, Any]]:
    """Hold a conversation; return the structured answers."""
    answers: list[dict[str, Any]] = []
    async with Client(server, elicitation_callback=user, mode=mode) as client:
        for question in questions:
            thread = answers[-1]["thread"] if answers else ""
            given = await client.call_tool("ask", {"question": question, "thread": thread})
            assert not given.is_error, given.content
            assert given.structured_content is not None
            answers.append(given.structured_content)
    return answers


def check_talk(first: dict[str, Any], second: dict[str, Any], user: User) -> None:
    assert user.asked and user.asked[0].startswith("Two readings are close. Which is meant?\n1: ")
    assert first["asked_back"] and (first["turn"], second["turn"]) == (1, 2)
    assert first["thread"] == second["thread"] and "Boston" in second["sql"]
    assert [each["from_turn"] for each in second["filters"]] == [1, 2]
    assert second["result"]["outcome"] == "rows" and second["result"]["rows"]


@pytest.fixture(scope="module")
def asks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The default configuration, to which a question back costs nothing."""
    path = tmp_path_factory.mktemp("config") / "asks.toml"
    text = (ROOT / "configs" / "default.toml").read_text(encoding="utf-8")
    path.write_text(text + "\n[clarify]\nprice = 0.0\nunderstood = 0.0\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def words(asks: Path, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The command that serves the demo's air network."""
    build()
    database = ROOT / "eval/demo/database/air_network/air_network.sqlite"
    store = tmp_path_factory.mktemp("store") / "kept.sqlite"
    return ["-m", "turnsql", "mcp", "--db", str(database), "--config", str(asks), "--store", str(store)]


@pytest.mark.parametrize("mode", MODES)
def test_a_conversation_over_stdio(words: list[str], mode: str) -> None:
    user = User("1")
    server = StdioServerParameters(command=sys.executable, args=words, cwd=ROOT)
    check_talk(*asyncio.run(talk(server, mode, *TALK, user=user)), user)


@pytest.fixture(scope="module")
def address(words: list[str]) -> Generator[str]:
    """A server over HTTP in a process of its own."""
    with subprocess.Popen(
        [sys.executable, *words, "--http", "--port", "0"], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stderr is not None
        found = re.search(rb"http://127\.0\.0\.1:\d+/mcp", process.stderr.readline())
        assert found, "it says where it listens"
        yield found[0].decode()
        process.terminate()
        out, _ = process.communicate(timeout=60)
        assert out == b""


@pytest.mark.parametrize("mode", MODES)
def test_a_conversation_over_http(address: str, mode: str) -> None:
    user = User("1")
    check_talk(*asyncio.run(talk(address, mode, *TALK, user=user)), user)


def test_nothing_but_the_protocol_is_on_standard_output(words: list[str]) -> None:
    started = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "test", "version": "0"}}
    sent = [
        {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": started},
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {"name": "plan", "arguments": {"question": TALK[0]}}},
    ]  # fmt: skip
    with subprocess.Popen(
        [sys.executable, *words], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin and process.stdout
        process.stdin.write("".join(f"{json.dumps(message)}\n" for message in sent))
        process.stdin.flush()
        told = [json.loads(process.stdout.readline()) for _ in range(2)]
        process.stdin.close()
        rest = process.stdout.read()
    assert [message["id"] for message in told] == [1, 2] and rest == ""
    assert "Boston" in told[1]["result"]["structuredContent"]["sql"] and process.returncode == 0


def test_a_password_is_nowhere() -> None:
    command = [sys.executable, "-m", "turnsql", "mcp", "--db", "postgresql://ann:s3cret@127.0.0.1:1/shop"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
    assert done.returncode == 2 and done.stdout == "" and done.stderr.count("\n") == 1
    assert "s3cret" not in done.stderr


def in_process(config: Config, context: Context, store: Path, work: Any) -> Any:
    """Do something with a client's server, without a process of its own."""

    async def run() -> Any:
        crew = Workers(config, context, store, 2)
        async with running(crew, config, context):
            return await work(tool_server(crew))

    return asyncio.run(run())


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    ("user", "cells"), [(User("2"), ["lamp"]), (User(action="decline"), ["chair"]), (None, ["chair"])]
)
def test_the_user_s_reading_is_taken_and_the_likelier_without_one(
    context: Context, config: Config, tmp_path: Path, mode: str, user: User | None, cells: list[str]
) -> None:
    async def work(server: Any) -> dict[str, Any]:
        (given,) = await talk(server, mode, "very dear", user=user)
        return given

    given = in_process(config, context, tmp_path / "kept.sqlite", work)
    assert [cell for row in given["result"]["rows"] for cell in row] == cells
    assert given["other_readings"] and given["asked_back"]


def test_the_tools_are_typed_and_only_read(context: Context, config: Config, tmp_path: Path) -> None:
    async def work(server: Any) -> Any:
        async with Client(server) as client:
            return (await client.list_tools()).tools

    tools = in_process(config, context, tmp_path / "kept.sqlite", work)
    assert [tool.name for tool in tools] == ["ask", "plan", "sql", "lookup_value", "schema"]
    for tool in tools:
        assert tool.annotations.read_only_hint and tool.output_schema["type"] == "object" and tool.description
        assert "reply" not in tool.input_schema["properties"], "what the user says is no argument of the model's"


CALLS = {
    "sql": ({"sql": "SELECT name FROM item ORDER BY id", "max_rows": 2}, {"rows_left_out": 1, "outcome": "rows"}),
    "plan": ({"question": "dear"}, {"sql": "SELECT name FROM item WHERE price > 20", "confidence": 0.5}),
    "schema": ({"tables": ["ITEM"]}, {"dialect": "sqlite"}),
    "lookup_value": ({"text": "lamp"}, {"values": []}),
}
MISTAKES = {
    "ask": ({"question": "   "}, "the question is empty"),
    "sql": ({"sql": ""}, "at least 1 character"),
    "schema": ({"tables": ["users"]}, "the database has no table 'users'"),
    "lookup_value": ({"text": " "}, "give a text"),
    "plan": ({"question": "dear", "thread": "a\x00b"}, "all printable"),
}


def called(context: Context, config: Config, tmp_path: Path, name: str, arguments: dict[str, Any]) -> Any:
    async def work(server: Any) -> Any:
        async with Client(server) as client:
            return await client.call_tool(name, arguments)

    return in_process(config, context, tmp_path / "kept.sqlite", work)


@pytest.mark.parametrize("name", CALLS)
def test_a_tool_gives(context: Context, config: Config, tmp_path: Path, name: str) -> None:
    arguments, expected = CALLS[name]
    given = called(context, config, tmp_path, name, arguments)
    assert not given.is_error and given.structured_content.items() >= expected.items()


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_one_line_for_the_model(context: Context, config: Config, tmp_path: Path, name: str) -> None:
    arguments, told = MISTAKES[name]
    given = called(context, config, tmp_path, name, arguments)
    assert given.is_error and told in given.content[0].text


@pytest.mark.parametrize(
    "statement", ["DELETE FROM item", "DROP TABLE item", "ATTACH 'x.db' AS x", "SELECT 1; DELETE FROM item"]
)
def test_sql_only_reads(context: Context, config: Config, tmp_path: Path, statement: str) -> None:
    given = called(context, config, tmp_path, "sql", {"sql": statement})
    assert given.structured_content["outcome"] in ("refused", "error") and not given.structured_content["rows"]
    assert len(context.database.execute("SELECT * FROM item").rows) == 3


REFUSED = {
    "another origin": ({"Origin": "http://evil.example"}, 403),
    "a rebound name": ({"Host": "evil.example"}, 403),
    "no token": ({}, 401),
    "a wrong token": ({"Authorization": "Bearer guessed"}, 401),
}


@pytest.mark.parametrize(("headers", "status"), REFUSED.values(), ids=REFUSED)
def test_http_is_guarded(
    context: Context, config: Config, tmp_path: Path, headers: dict[str, str], status: int
) -> None:
    access = Access(names=names_of("127.0.0.1"), token="t" * 32)
    app = mcp_http(config, context, store=tmp_path / "kept.sqlite", access=access, workers=1)
    with TestClient(app, base_url="http://127.0.0.1:8801") as client:
        body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
        assert client.post("/mcp", json=body, headers=headers).status_code == status
