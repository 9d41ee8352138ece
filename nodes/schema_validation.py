"""Whether the SQL fits the schema, and what is wrong where it does not."""

from __future__ import annotations

from nodes.node import Context, Variant
from nodes.state import Attempt, GraphState


class Skip(Variant):
    """Accepts the first SQL unread."""

    async def __call__(self, state: GraphState, context: Context) -> Attempt:
        return Attempt(sql=state.sql or "")
