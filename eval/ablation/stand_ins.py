"""Memo: a node that answers the same state once, so that a change in one stage recomputes only what follows it."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from nodes.node import Context, Node
from nodes.state import GraphState


@dataclass(frozen=True)
class Memo:
    """A node and what it gave; one for each node of a ladder, shared by all the graphs that the node stands in."""

    node: Node
    _given: dict[bytes, Any] = field(default_factory=dict[bytes, Any])

    async def __call__(self, state: GraphState, context: Context) -> Any:
        """Return the node's output, from memory where it has seen the turn with the same outputs upstream."""
        # `trace` holds times, which no node may depend on.
        key = blake2b(state.model_dump_json(exclude={"trace"}).encode(), digest_size=16).digest()
        if key not in self._given:
            self._given[key] = await self.node(state, context)
        return self._given[key]
