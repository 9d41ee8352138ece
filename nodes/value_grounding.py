"""Which stored values the question names."""

from __future__ import annotations

from nodes.node import Context, Variant
from nodes.state import GraphState, GroundedValue


class Skip(Variant):
    """Grounds nothing."""

    async def __call__(self, state: GraphState, context: Context) -> tuple[GroundedValue, ...]:
        return ()
