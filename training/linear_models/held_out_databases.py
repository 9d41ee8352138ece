"""The training databases that are never fitted on: thresholds and settings are chosen on them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from eval.datasets import Dataset

THRESHOLDS = tuple(round(0.05 * step, 2) for step in range(1, 16))
"""Those that are tried."""


def split(dataset: Dataset, held_out: frozenset[str]) -> tuple[Dataset, Dataset]:
    """Return the dialogues to fit on, and those to choose on."""
    return dataset.without(held_out), dataset.about(held_out)


def best_threshold(scored: Iterable[tuple[float, bool]], missed: int = 0) -> float:
    """Return the threshold of the highest F1; of equal ones the lowest.

    Args:
        scored: what may be given, as (probability, whether it is right).
        missed: what should be given and is not among them.
    """
    pairs = list(scored)
    return max(THRESHOLDS, key=lambda threshold: (round(_f1(pairs, missed, threshold), 4), -threshold))


def _f1(pairs: Sequence[tuple[float, bool]], missed: int, threshold: float) -> float:
    given = [right for score, right in pairs if score >= threshold]
    wanted = sum(right for _, right in pairs) + missed
    return 2 * sum(given) / max(1, len(given) + wanted)
