"""web_cost: what `turnsql web` costs beyond the turns, and how it holds under load."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import Any

import httpx2
import numpy as np

from value_index.errors import TurnSQLError
from value_index.models import FrozenModel

SLOW = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
"""Runs until its deadline."""
START_SECONDS = 300
LONG_SHARE = 50
"""Turns at each end of the long thread whose times are compared."""
REPEATS = 10


class WebCost(FrozenModel):
    """Seconds, each a median or a percentile as named."""

    first_byte_ms: float
    """Time from a question to the first byte of its events; median."""
    over_turn_ms: float
    """What an answer takes beyond its stages: HTTP, the store, the rows, other readings; median."""
    users: int
    lost: int
    p50: float
    p95: float
    turns_per_second: float
    alone: float
    """A turn with nobody else; median."""
    beside_slow: float
    """A turn while another user's query runs to its deadline; median."""
    long_turns: int
    long_first: float | None
    """A turn at the beginning of the long thread; median."""
    long_last: float | None
    """A turn at its end; median."""
    long_open: float | None
    """Opening the long thread."""
    long_megabytes: float | None
    """The store after it."""
    cores: int
    load: float
    """Processes that wanted a core meanwhile, this machine's own work included."""

    def lines(self) -> list[str]:
        """Return the lines that a person reads."""
        told = [
            f"first byte of a turn             {self.first_byte_ms:8.0f} ms",
            f"answer beyond its stages         {self.over_turn_ms:8.0f} ms",
            f"{self.users} users at once: lost {self.lost}, p50 {self.p50:.2f} s, p95 {self.p95:.2f} s, "
            f"{self.turns_per_second:.1f} turns/s",
            f"a turn alone                     {self.alone:8.2f} s",
            f"a turn beside a slow query       {self.beside_slow:8.2f} s",
        ]
        if self.long_first is not None:
            told.append(
                f"thread of {self.long_turns} turns: first {self.long_first:.2f} s, last {self.long_last:.2f} s, "
                f"opened in {self.long_open:.2f} s, {self.long_megabytes:.0f} MB kept"
            )
        return [*told, f"on {self.cores} cores, load {self.load:.1f}"]


def web_cost(
    database: Sequence[str], config: Path | None, *, users: int, each: int, turns: int, question: str
) -> WebCost:
    """Start a server of its own and measure it.

    Raises:
        TurnSQLError: it does not start, or a turn fails.
    """
    with tempfile.TemporaryDirectory() as folder, _server(database, config, Path(folder)) as address:
        return asyncio.run(_measured(address, Path(folder), users, each, turns, question))


@contextmanager
def _server(database: Sequence[str], config: Path | None, folder: Path) -> Generator[str]:
    """Start `turnsql web` on a free port, and end it."""
    words = [word for each in database for word in ("--db", each)]
    words += ["--port", "0", "--rate", "100000", "--store", str(folder / "threads.sqlite")]
    words += ["--feedback", str(folder / "feedback.jsonl"), *(("--config", str(config)) if config else ())]
    command = [sys.executable, "-u", "-m", "turnsql", "web", *words]
    with (folder / "log").open("w+") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            yield _address(process, folder / "log")
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    end = perf_counter() + START_SECONDS
    while perf_counter() < end and process.poll() is None:
        if (found := re.search(r"http://\S+", log.read_text())) and _answers(found[0]):
            return found[0].rstrip("/")
        asyncio.run(asyncio.sleep(0.1))
    raise TurnSQLError(f"turnsql web did not start: {' '.join(log.read_text().split())[-300:]}")


def _answers(address: str) -> bool:
    try:
        return httpx2.get(f"{address}api/threads", timeout=5).status_code == 200
    except httpx2.HTTPError:
        return False


async def _measured(address: str, folder: Path, users: int, each: int, turns: int, question: str) -> WebCost:
    limits = httpx2.Limits(max_connections=users + 10)
    async with httpx2.AsyncClient(base_url=address, timeout=600, limits=limits) as client:
        await _ask(client, "warm", question)
        firsts, overs = zip(*[await _streamed(client, f"s{at}", question) for at in range(REPEATS)], strict=True)
        alone = [await _ask(client, f"a{at}", question) for at in range(REPEATS)]
        beside = await _beside_slow(client, question)
        start = perf_counter()
        crowd = await asyncio.gather(*(_user(client, f"u{at}", question, each) for at in range(users)))
        took = perf_counter() - start
        answered = [seconds for user in crowd for seconds in user if seconds is not None]
        long = [await _ask(client, "long", question) for _ in range(turns)]
        opened, store = None, None
        if turns:
            start = perf_counter()
            held = (await client.get("/api/threads/long")).raise_for_status().json()
            opened = perf_counter() - start
            if len(held["turns"]) != turns:
                raise TurnSQLError(f"the long thread has {len(held['turns'])} turns, not {turns}")
            store = sum(path.stat().st_size for path in folder.glob("threads.sqlite*") if path.is_file()) / 1e6
    return WebCost(
        first_byte_ms=float(np.median(firsts)) * 1000,
        over_turn_ms=float(np.median(overs)) * 1000,
        users=users,
        lost=users * each - len(answered),
        p50=float(np.percentile(answered, 50)) if answered else float("nan"),
        p95=float(np.percentile(answered, 95)) if answered else float("nan"),
        turns_per_second=len(answered) / took,
        alone=float(np.median(alone)),
        beside_slow=float(np.median(beside)),
        long_turns=turns,
        long_first=float(np.median(long[:LONG_SHARE])) if turns else None,
        long_last=float(np.median(long[-LONG_SHARE:])) if turns else None,
        long_open=opened,
        long_megabytes=store,
        cores=os.cpu_count() or 1,
        load=os.getloadavg()[0],
    )


async def _ask(client: httpx2.AsyncClient, thread: str, question: str) -> float:
    start = perf_counter()
    answer = await client.post(f"/api/threads/{thread}/turns", json={"question": question})
    answer.raise_for_status()
    return perf_counter() - start


async def _user(client: httpx2.AsyncClient, thread: str, question: str, each: int) -> list[float | None]:
    """Ask one question after another; None for one that was not answered."""
    found: list[float | None] = []
    for _ in range(each):
        try:
            found.append(await _ask(client, thread, question))
        except httpx2.HTTPError:
            found.append(None)
    return found


async def _streamed(client: httpx2.AsyncClient, thread: str, question: str) -> tuple[float, float]:
    """Return the seconds to the first byte, and those of the answer beyond its stages."""
    import json

    start, first, text = perf_counter(), None, ""
    async for part in _events(client, thread, question):
        first = first or perf_counter() - start
        text += part
    took = perf_counter() - start
    answer: Any = json.loads(text.rsplit("event: answer\ndata: ", 1)[1].split("\n", 1)[0])
    return first or took, took - sum(stage["ms"] for stage in answer["stages"]) / 1000


async def _events(client: httpx2.AsyncClient, thread: str, question: str) -> AsyncGenerator[str]:
    headers = {"Accept": "text/event-stream"}
    path, body = f"/api/threads/{thread}/turns", {"question": question}
    async with client.stream("POST", path, json=body, headers=headers) as response:
        response.raise_for_status()
        async for part in response.aiter_text():
            yield part


async def _beside_slow(client: httpx2.AsyncClient, question: str) -> list[float]:
    slow = asyncio.create_task(client.post("/api/sql", json={"sql": SLOW}))
    await asyncio.sleep(0.2)
    found = [await _ask(client, f"b{at}", question) for at in range(3)]
    await slow
    return found
