# pyright: basic, reportMissingImports=false
"""How long a fine-tuning run will take, said before its first step."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from training.sft.config import SftConfig

TIMED = (0.5, 0.2, 0.5, 0.8)
"""Which batches are timed, as places in the order of length; the first only warms up."""


def run_tokens(config: SftConfig, lengths: Sequence[int]) -> int:
    """Return the tokens that a run passes over, epochs counted; one that stops early passes over fewer.

    Args:
        lengths: tokens of each row to train on.
    """
    steps = config.steps and config.steps * config.batch * config.accumulate / len(lengths)
    return round((steps or config.epochs) * sum(lengths))


def measured_minutes(
    model: Any, collate: Callable[[list[Any]], Any], rows: Sequence[dict[str, list[int]]], config: SftConfig,
    clock: Callable[[], float] = time.monotonic,
) -> float:  # fmt: skip
    """Return the minutes of a run, from passes of the model over a few of its batches; no weight changes.

    Args:
        collate: makes one batch of rows.
        rows: all rows to train on, as tokens.
    """
    ordered = sorted(rows, key=lambda row: len(row["input_ids"]))
    seconds, tokens = 0.0, 0
    for number, place in enumerate(TIMED):
        start = min(int(place * len(ordered)), max(0, len(ordered) - config.batch))
        batch = ordered[start : start + config.batch]
        inputs = collate(batch)
        started = clock()
        model(**inputs).loss.backward()
        if number:
            seconds += clock() - started
            tokens += sum(len(row["input_ids"]) for row in batch)
    model.zero_grad()
    return seconds / tokens * run_tokens(config, [len(row["input_ids"]) for row in rows]) / 60
