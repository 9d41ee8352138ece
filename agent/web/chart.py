"""chart: a Vega-Lite specification for the rows of an answer, if a picture suits them."""

from __future__ import annotations

from typing import Any


def chart(columns: tuple[str, ...], rows: tuple[tuple[Any, ...], ...]) -> dict[str, Any] | None:
    """Return a specification; None if no picture suits the rows."""
    return None
