"""What the first answer of a new process waits for: modules, weights and database, the answer itself.

Run as a module, it measures its own process and prints one JSON object.
"""

from __future__ import annotations

import json
import subprocess
import sys
from itertools import pairwise
from time import perf_counter

from value_index.models import FrozenModel


class FirstAnswer(FrozenModel):
    """Seconds of one question, in a process of its own."""

    importing: float
    opening: float
    """Weights, database and value index."""
    answering: float


def first_answer(database: str, question: str) -> FirstAnswer:
    """Measure a process; the best of three, so that the files are in memory."""
    command = [sys.executable, "-m", f"{__package__}.first_answer", database, question]
    said = [subprocess.run(command, capture_output=True, text=True, check=True).stdout for _ in range(3)]
    found = map(FirstAnswer.model_validate_json, said)
    return min(found, key=lambda each: each.importing + each.opening + each.answering)


def _measure(database: str, question: str) -> dict[str, float]:
    """Do as `turnsql ask` does."""
    import asyncio

    times = [perf_counter()]
    from agent.answer import answer_once
    from agent.config import Config
    from agent.present import show_answer
    from nodes.node import Context
    from value_index.index import ValueIndex
    from value_index.opened import opened

    assert callable(show_answer)  # a part of what `ask` imports
    times.append(perf_counter())
    config = Config.load()
    for variant in config.settings.values():
        variant.load()
    held = opened([database])
    context = Context(schema=held.schema, database=held, index=ValueIndex.of(held))
    times.append(perf_counter())
    asyncio.run(answer_once(config, context, question, history=()))
    times.append(perf_counter())
    importing, opening, answering = (after - before for before, after in pairwise(times))
    return {"importing": importing, "opening": opening, "answering": answering}


if __name__ == "__main__":
    print(json.dumps(_measure(*sys.argv[1:])))
