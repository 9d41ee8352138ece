"""The shortest tree of joins over some tables of a schema."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from nodes.sql.joins.links import (
    CROSS_COST,
    Link,
    Pairs,
    links,
)
from value_index.schema import ColumnRef, Schema

_Node = tuple[str, int]
"""A table and which of its occurrences."""
_Edges = list[tuple[_Node | None, _Node]]
"""Each node with the earlier one it joins; None if nothing links it."""


@dataclass(frozen=True)
class JoinStep:
    """One table of a join tree, in FROM order."""

    table: str
    source: int | None
    """Which of the given tables it is; None for a link table that was added."""
    parent: int | None = None
    """The earlier step it joins; None for the first, and for a table that nothing links to them (a cross join)."""
    pairs: Pairs = ()
    """Columns that must be equal: the parent's, then its own."""


def join_path(
    tables: Sequence[str], schema: Schema, grouped: Collection[ColumnRef] = frozenset()
) -> tuple[JoinStep, ...]:
    """Return the shortest join tree over some tables, with the link tables it needs, in FROM order.

    The first table comes first; a table named twice is joined twice, by different keys where there are several. Of several
    keys, those over `grouped` columns (those of GROUP BY) come first. Other ties go to the order of the tables and of the schema, so that the
    answer is always the same. Tables that foreign keys do not connect are linked by key columns of the same name, and
    stand as cross joins where there are none.
    """
    return _path(tuple(tables), schema, frozenset(ref.folded for ref in grouped))


@lru_cache(maxsize=4096)
def _path(tables: tuple[str, ...], schema: Schema, grouped: frozenset[tuple[str, str]]) -> tuple[JoinStep, ...]:
    if not tables:
        return ()
    seen: Counter[str] = Counter()
    given: list[_Node] = []
    for name in tables:
        found = schema.table(name)
        spelled = found.name if found else name
        given.append((spelled, seen[spelled]))
        seen[spelled] += 1
    graph = _Graph(links(schema), seen, grouped)
    return _steps(graph.shortest(given), given, graph)


@dataclass(frozen=True)
class _Graph:
    """The tables of a schema as nodes, a table that is asked for several times as several."""

    links: Mapping[str, Mapping[str, Link]]
    copies: Mapping[str, int]
    grouped: Collection[tuple[str, str]]
    """Folded columns of GROUP BY: the key that stands there is the one to join by."""
    uses: Counter[tuple[_Node, str]] = field(default_factory=Counter[tuple[_Node, str]])
    """How many copies of a table each node has been joined to: each takes the next key."""

    def neighbours(self, node: _Node) -> Iterator[tuple[_Node, int]]:
        """Yield the nodes that can be joined to one, with the cost."""
        for table, link in self.links.get(node[0], {}).items():
            for copy in range(max(1, self.copies.get(table, 0))):
                if (table, copy) != node:
                    yield (table, copy), link.cost

    def shortest(self, given: list[_Node]) -> _Edges:
        """Return the cheapest tree among those grown with no, or with one, further table as a hub."""
        around = Counter(near for node in given for near, _ in self.neighbours(node) if near not in given)
        trees = [self.grown(given), *(self.grown([*given, hub]) for hub, count in around.items() if count > 1)]
        return min(trees, key=lambda tree: tree[0])[1]

    def grown(self, given: list[_Node]) -> tuple[int, _Edges]:
        """Grow a tree from the first node by the shortest path to the nearest of the others, again and again."""
        total, edges, reached = 0, _Edges([(None, given[0])]), {given[0]}
        waiting = given[1:]
        while waiting:
            cost, path = self._path(reached, waiting)
            total += cost
            edges += path
            reached |= {node for _, node in path}
            waiting = [node for node in waiting if node not in reached]
        return total, edges

    def _path(self, reached: set[_Node], waiting: list[_Node]) -> tuple[int, _Edges]:
        """Return the cheapest path from a tree to a waiting node, first by cost, then by the order of asking."""
        heap: list[tuple[int, int, _Node, _Node | None]] = [(0, 0, node, None) for node in sorted(reached)]
        came: dict[_Node, _Node | None] = {}
        best: tuple[int, int, _Node] | None = None
        count = 0
        while heap:
            cost, _, node, before = heapq.heappop(heap)
            if best is not None and cost > best[0]:
                break
            if node in came:
                continue
            came[node] = before
            if node in waiting:
                best = min(best or (cost, len(waiting), node), (cost, waiting.index(node), node))
            for near, step in self.neighbours(node):
                if near not in came:
                    count += 1
                    heapq.heappush(heap, (cost + step, count, near, node))
        if best is None:
            return CROSS_COST, [(None, waiting[0])]
        return best[0], _walked(came, best[2])

    def pairs(self, parent: _Node, child: _Node) -> Pairs:
        """Return the columns that join two nodes; the next key where a node joins several copies of a table."""
        sides = (parent[0].lower(), child[0].lower())
        alternatives = sorted(
            self.links[parent[0]][child[0]].alternatives,
            key=lambda pairs: (
                not any(
                    side in self.grouped for pair in pairs for side in zip(sides, map(str.lower, pair), strict=True)
                )
            ),
        )
        used = max(self.uses[parent, child[0]], self.uses[child, parent[0]])
        self.uses[parent, child[0]] += 1
        self.uses[child, parent[0]] += 1
        return alternatives[used % len(alternatives)]


def _walked(came: Mapping[_Node, _Node | None], end: _Node) -> _Edges:
    """Return the path to a node as edges, the outermost last."""
    edges: _Edges = []
    node = end
    while (before := came[node]) is not None:
        edges.append((before, node))
        node = before
    return edges[::-1]


def _steps(edges: _Edges, given: list[_Node], graph: _Graph) -> tuple[JoinStep, ...]:
    order = [node for _, node in edges]
    steps: list[JoinStep] = []
    for before, node in edges:
        source = given.index(node) if node in given else None
        parent = None if before is None else order.index(before)
        steps.append(JoinStep(node[0], source, parent, () if before is None else graph.pairs(before, node)))
    return tuple(steps)
