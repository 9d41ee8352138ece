"""SQL from what the earlier stages gave."""

from __future__ import annotations

from nodes.node import Context, Variant
from nodes.state import GraphState


class Skip(Variant):
    """Writes no SQL."""

    async def __call__(self, state: GraphState, context: Context) -> str:
        return ""
