from __future__ import annotations

import asyncio
import os
import sqlite3
from pathlib import Path

import pytest

from nodes.llm.cassette import Cassette, read_cassette
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


EDITS = ("reply = replace(reply, '1', '2')", "prompt = replace(prompt, 'a', 'b')", "seal = NULL")


def change(path: Path, *statements: str) -> None:
    with sqlite3.connect(path) as connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()


@pytest.mark.parametrize("edit", EDITS)
def test_an_answer_that_was_edited_is_not_replayed(tmp_path: Path, edit: str) -> None:
    path = tmp_path / "cassette"
    asyncio.run(ask(Cassette(path, ENDPOINT, source=Counting()), "a"))
    change(path, f"UPDATE answer SET {edit}")
    for source in (None, Counting()):
        with pytest.raises(EndpointError, match="holds an answer that was edited") as raised:
            asyncio.run(ask(Cassette(path, ENDPOINT, source=source), "a"))
        assert raised.value.fatal
    with pytest.raises(TurnSQLError, match="was edited"):
        read_cassette(path)


def test_a_recording_of_an_earlier_version_is_replayed_and_sealed_when_it_grows(tmp_path: Path) -> None:
    path = tmp_path / "cassette"
    first = asyncio.run(ask(Cassette(path, ENDPOINT, source=Counting()), "a"))
    change(path, "ALTER TABLE answer DROP COLUMN seal", "PRAGMA user_version = 0")
    assert asyncio.run(ask(Cassette(path, ENDPOINT), "a")) == first
    asyncio.run(ask(Cassette(path, ENDPOINT, source=Counting()), "b"))
    change(path, "UPDATE answer SET reply = '{}'")
    with pytest.raises(EndpointError, match="was edited"):
        asyncio.run(ask(Cassette(path, ENDPOINT), "a"))


def test_a_damaged_recording_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "cassette"
    asyncio.run(ask(Cassette(path, ENDPOINT, source=Counting()), "a"))
    change(path, "PRAGMA user_version = 0", "UPDATE answer SET reply = '{\"text\": '")
    with pytest.raises(EndpointError, match="damaged recording"):
        asyncio.run(ask(Cassette(path, ENDPOINT), "a"))


@pytest.mark.skipif(os.name == "nt", reason="permissions are those of POSIX")
def test_a_recording_is_its_owner_s_alone(tmp_path: Path) -> None:
    asyncio.run(ask(Cassette(tmp_path / "cassette", ENDPOINT, source=Counting()), "a"))
    assert (tmp_path / "cassette").stat().st_mode & 0o077 == 0


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
