"""Stand-ins of the ladder: a node that answers the same state once, and gold links among as many others as the linker gives."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, TypeVar

from eval.runs.oracle import Oracle
from nodes.node import Context, Node
from nodes.state import ColumnLink, GraphState, SchemaLinks, TableLink


@dataclass(frozen=True)
class MemoisedNode:
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


Link = TypeVar("Link", TableLink, ColumnLink)


@dataclass(frozen=True)
class SameSize:
    """Schema linking from gold, filled up with the linker's own best links to the size of what it hands on."""

    oracle: Oracle
    linker: Node

    async def __call__(self, state: GraphState, context: Context) -> Any:
        """Return the gold links first, then the fillers."""
        gold: SchemaLinks = await self.oracle(state, context)
        linked: SchemaLinks = await self.linker(state, context)
        return SchemaLinks(tables=_filled(gold.tables, linked.tables), columns=_filled(gold.columns, linked.columns))


def _filled(gold: Sequence[Link], linked: Sequence[Link]) -> tuple[Link, ...]:
    named = {_name(link) for link in gold}
    fillers = [link for link in linked if _name(link) not in named]
    return (*gold, *fillers[: max(0, len(linked) - len(gold))])


def _name(link: TableLink | ColumnLink) -> Hashable:
    return link.table.lower() if isinstance(link, TableLink) else link.column.folded
