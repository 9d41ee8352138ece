"""SameSize: gold links among as many others as the linker would hand on, so that only what they say changes."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from eval.runs.oracle import Oracle
from nodes.node import Context, Node
from nodes.state import ColumnLink, GraphState, SchemaLinks, TableLink

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
