"""NamedValues: features as they are yielded, to be added up by name."""

from __future__ import annotations

from collections.abc import Iterator

NamedValues = Iterator[tuple[str, float]]
