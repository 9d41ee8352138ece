"""What the five verdicts cost a pair, in one process."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, process_time

from eval.bench.peak_memory import peak_mb
from eval.checks.pairs import judge_pairs

OFFICIAL_MS = 9.0
"""What the official code needs a pair for its two verdicts, on two quiet cores of the machines we measure on."""


@dataclass(frozen=True)
class VerdictCost:
    """One pass over a file of pairs; every pass executes the SQL anew."""

    pairs: int
    wall_ms: float
    """A pair."""
    cpu_ms: float
    """A pair; a busy machine stretches it less."""
    peak_mb: float
    """Largest resident set of the process so far, in 10^6 bytes."""


def verdict_costs(pairs: Path, databases: Path, passes: int) -> list[VerdictCost]:
    """Judge a file of pairs several times over."""
    found: list[VerdictCost] = []
    for _ in range(passes):
        wall, cpu = perf_counter(), process_time()
        count = sum(1 for _ in judge_pairs(pairs, databases))
        wall, cpu = perf_counter() - wall, process_time() - cpu
        found.append(VerdictCost(count, wall * 1000 / max(count, 1), cpu * 1000 / max(count, 1), peak_mb()))
    return found
