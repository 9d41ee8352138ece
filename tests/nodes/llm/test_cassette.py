from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import pytest

from nodes.llm.cassette import Cassette
from nodes.llm.endpoint import Endpoint
from nodes.llm.messages import (
    EndpointError,
    Message,
    Prompt,
    Reply,
)
from nodes.state import Stage, Usage
from value_index.errors import TurnSQLError

ENDPOINT = Endpoint(base_url="http://a/v1", model="m")


class Counting:
    """Answers with the number of the call."""

    endpoint = ENDPOINT

    def __init__(self) -> None:
        self.calls = 0

    async def complete(self, prompt: Prompt, *, turn_id: str, stage: Stage) -> Reply:
        self.calls += 1
        number = self.calls
        await asyncio.sleep(0.001)
        return Reply(text=str(number), usage=Usage(prompt_tokens=7, price=0.5))


def prompt(text: str) -> Prompt:
    return Prompt(messages=(Message(role="user", content=text),))


async def ask(cassette: Cassette, text: str) -> Reply:
    return await cassette.complete(prompt(text), turn_id="3/1", stage="sql_generation")


def test_what_was_recorded_is_replayed_with_its_usage(tmp_path: Path) -> None:
    path = tmp_path / "cassette"
    source = Counting()
    cassette = Cassette(path, ENDPOINT, source=source)
    first = asyncio.run(ask(cassette, "a"))
    assert asyncio.run(ask(cassette, "a")) == first and source.calls == 1
    cassette.close()
    moved = Endpoint(base_url="http://elsewhere/v1", model="m", timeout=1)
    assert asyncio.run(ask(Cassette(path, moved), "a")) == first


def test_a_miss_is_loud_and_ends_the_run(tmp_path: Path) -> None:
    path = tmp_path / "cassette"
    asyncio.run(ask(Cassette(path, ENDPOINT, source=Counting()), "a"))
    for endpoint, text in ((ENDPOINT, "b"), (Endpoint(base_url="http://a/v1", model="n"), "a")):
        with pytest.raises(EndpointError, match="no answer for sql_generation of turn '3/1'") as raised:
            asyncio.run(ask(Cassette(path, endpoint), text))
        assert raised.value.fatal


def test_many_at_once_agree(tmp_path: Path) -> None:
    path = tmp_path / "cassette"
    cassettes = [Cassette(path, ENDPOINT, source=Counting()) for _ in range(4)]

    async def all_of_them() -> list[Reply]:
        return await asyncio.gather(*(ask(cassettes[n % 4], str(n % 10)) for n in range(200)))

    replies = asyncio.run(all_of_them())
    replayed = [asyncio.run(ask(Cassette(path, ENDPOINT), str(n % 10))) for n in range(200)]
    assert replies == replayed


def test_other_files_are_refused_and_left_alone(tmp_path: Path) -> None:
    database = tmp_path / "data.sqlite"
    with sqlite3.connect(database) as connection:
        connection.execute("CREATE TABLE t (a)")
    connection.close()
    text = tmp_path / "text"
    text.write_text("no database " * 100)
    for path in (database, text, tmp_path):
        before = path.read_bytes() if path.is_file() else b""
        with pytest.raises(TurnSQLError):
            Cassette(path, ENDPOINT, source=Counting())
        assert before == (path.read_bytes() if path.is_file() else b"")
    with pytest.raises(TurnSQLError, match="make one with --record"):
        Cassette(tmp_path / "absent", ENDPOINT)
    assert not (tmp_path / "absent").exists()
