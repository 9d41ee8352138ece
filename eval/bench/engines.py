"""What a database costs by where it is held: opening it, its index, a look-up, a question; each address in a process of its own.

Run as a module, it measures its own process and prints one JSON object.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from time import perf_counter, process_time
from typing import TypeVar

from eval.bench.peak_memory import peak_mb
from value_index.connect import absolute, connect, password_kept
from value_index.database import Database
from value_index.errors import TurnSQLError
from value_index.index import ValueIndex
from value_index.models import FrozenModel

T = TypeVar("T")
LOOKED_UP = 40
"""Values that are looked for in the index, each without its last letter."""


class EngineCost(FrozenModel):
    """One address; seconds and milliseconds of the clock, and of the processor for this process alone."""

    address: str
    tables: int
    opening: float
    """Seconds until the schema is known."""
    values: int
    """Texts in the index."""
    indexing: float
    indexing_cpu: float
    reopening_ms: float
    """The index again, from what is kept of it, or built anew where nothing is."""
    lookup_ms: float
    question_ms: float
    """The median of the questions, after one that is not counted; nothing of an answer is kept between them."""
    question_cpu_ms: float
    peak_mb: float


def engine_cost(address: str, question: str, rounds: int) -> EngineCost:
    """Measure an address.

    Raises:
        TurnSQLError: it cannot be opened.
    """
    command = [sys.executable, "-m", f"{__package__}.engines", absolute(address), question, str(rounds)]
    with password_kept([address]):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise TurnSQLError((done.stderr.strip().splitlines() or ["it failed"])[-1])
    return EngineCost.model_validate_json(done.stdout)


def _measure(address: str, question: str, rounds: int) -> EngineCost:
    opening, database = _timed(lambda: connect([address]))
    with tempfile.TemporaryDirectory() as folder:
        began = process_time()
        indexing, index = _timed(lambda: ValueIndex.of(database, Path(folder)))
        indexing_cpu = process_time() - began
        reopening, _ = _timed(lambda: ValueIndex.of(database, Path(folder)))
        lookups = [_timed(lambda value=value: index.lookup(value))[0] for value in _samples(database)]
        clock, cpu = _questions(database, index, question, rounds)
    database.close()
    return EngineCost(
        address=address, tables=len(database.schema.tables), opening=opening,
        values=sum(len(shard) for shard in index.values.shards), indexing=indexing, indexing_cpu=indexing_cpu,
        reopening_ms=1000 * reopening, lookup_ms=1000 * _median(lookups), question_ms=1000 * _median(clock),
        question_cpu_ms=1000 * _median(cpu), peak_mb=peak_mb(),
    )  # fmt: skip


def _timed(job: Callable[[], T]) -> tuple[float, T]:
    began = perf_counter()
    found = job()
    return perf_counter() - began, found


def _samples(database: Database) -> list[str]:
    """Return texts of the database, each without its last letter."""
    texts = (ref for ref in database.schema.columns if database.schema.describe(ref).kind == "text")
    found: list[str] = []
    for ref in texts:
        found += [str(value)[:-1] for value in database.distinct(ref, 10) if len(str(value)) > 3]
        if len(found) >= LOOKED_UP:
            break
    return found[:LOOKED_UP]


def _questions(database: Database, index: ValueIndex, question: str, rounds: int) -> tuple[list[float], list[float]]:
    import asyncio

    from agent.answer import answer_once
    from agent.config import Config
    from nodes.node import Context

    config = Config.load()
    context = Context(schema=database.schema, database=database, index=index)
    clock: list[float] = []
    cpu: list[float] = []
    for _ in range(rounds + 1):
        began = process_time()
        clock.append(_timed(lambda: asyncio.run(answer_once(config, context, question, history=())))[0])
        cpu.append(process_time() - began)
    return clock[1:], cpu[1:]


def _median(times: Sequence[float]) -> float:
    return sorted(times)[len(times) // 2] if times else 0.0


def _main(address: str, question: str, rounds: str) -> None:
    try:
        print(_measure(address, question, int(rounds)).model_dump_json())
    except TurnSQLError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    _main(*sys.argv[1:])
