"""bird: BIRD's own rule."""

from __future__ import annotations

from value_index.database import Result


def bird(gold: Result, predicted: Result) -> bool:
    """Whether both results hold the same set of rows, columns by position."""
    return gold.rows == predicted.rows or set(gold.rows) == set(predicted.rows)
