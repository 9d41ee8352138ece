"""sound_plan: a plan joined along keys without leaving a parent table for another of its children."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from functools import lru_cache

from nodes.coverage.edits.joining import needed_tables
from nodes.plan import ColumnTerm, Join, Plan, Predicate, TableSource
from nodes.plan.sources import source_tables
from nodes.plan.traversal import conjuncts
from value_index.schema import ColumnRef, Schema

FAN_TRAP_COST = 3
"""Keys that a path may be longer by to avoid going up to a parent and down to another child of it."""


@dataclass(frozen=True)
class Hop:
    """One foreign key walked in either direction."""

    left: ColumnRef
    right: ColumnRef
    up: bool
    """True from the referring table to the one referred to."""


def hops(schema: Schema, table: str) -> list[Hop]:
    """Return the keys that lead from a table to others."""
    keys = [key for key in schema.foreign_keys if key.source.table.lower() != key.target.table.lower()]
    return [
        *(Hop(key.source, key.target, True) for key in keys if key.source.table.lower() == table.lower()),
        *(Hop(key.target, key.source, False) for key in keys if key.target.table.lower() == table.lower()),
    ]


def key_path(schema: Schema, reached: frozenset[str], goal: str) -> tuple[Hop, ...] | None:
    """Return the shortest path of keys from any reached table to another, dearer where it falls into a fan trap."""
    heap: list[tuple[int, int, str, bool, tuple[Hop, ...]]] = [
        (0, n, table, False, ()) for n, table in enumerate(sorted(reached))
    ]
    seen: set[tuple[str, bool]] = set()
    count = len(heap)
    while heap:
        cost, _, table, came_up, path = heapq.heappop(heap)
        if table == goal:
            return path
        if (table, came_up) in seen:
            continue
        seen.add((table, came_up))
        for hop in hops(schema, table):
            trap = FAN_TRAP_COST if came_up and not hop.up else 0
            count += 1
            heapq.heappush(heap, (cost + 1 + trap, count, hop.right.table.lower(), hop.up, (*path, hop)))
    return None


def sound_plan(plan: Plan, schema: Schema) -> Plan | None:
    """Return a plan over the tables it needs, joined along keys; None if they do not lead to all of them.

    airlines to Boston: `airline JOIN country JOIN city` becomes `airline JOIN route JOIN airport JOIN city`.
    """
    names = source_tables(plan)
    needed = needed_tables(plan)
    wanted = [name for name in dict.fromkeys(name.lower() for name in names) if name in needed]
    if len(names) != len(plan.tables) or len(wanted) < 2 or _is_doubled(names):
        return None
    shown = next((t.table.lower() for t in plan.select if isinstance(t, ColumnTerm)), wanted[0])
    tables: list[str] = [shown if shown in wanted else wanted[0]]
    joins: list[Join] = []
    for goal in (name for name in wanted if name not in tables):
        path = key_path(schema, frozenset(tables), goal) if goal not in tables else ()
        if path is None:
            return None
        for hop in path:
            if hop.right.table.lower() not in tables:
                tables.append(hop.right.table.lower())
                joins.append(Join(on=_equal(hop)))
    spelled = {table.name.lower(): table.name for table in schema.tables}
    sources = tuple(TableSource(table=spelled[name]) for name in tables)
    return plan.model_copy(update={"tables": sources, "joins": tuple(joins)})


def _is_doubled(names: tuple[str, ...]) -> bool:
    return len({name.lower() for name in names}) < len(names)


def _equal(hop: Hop) -> Predicate:
    left, right = (ColumnTerm.of(ref) for ref in (hop.left, hop.right))
    return Predicate(left=left, operator="=", right=(right,))


@lru_cache(maxsize=256)
def _row_keys(schema: Schema) -> frozenset[tuple[str, str]]:
    """Return the columns that tell the rows of a table apart: a lone primary key, else the first column."""
    return frozenset(
        (table.name.lower(), (table.primary_key or (table.columns[0].name,))[0].lower())
        for table in schema.tables
        if len(table.primary_key) < 2 and table.columns
    )


def fan_traps(plan: Plan, schema: Schema) -> int:
    """Return how many tables of a plan only tie two of their children together.

    `airline JOIN country JOIN city` ties every airline of a country to every city of it.
    """
    needed = needed_tables(plan)
    primary = _row_keys(schema)
    ends: dict[str, int] = {}
    for join in plan.joins or ():
        for leaf in conjuncts(join.on):
            if isinstance(leaf, Predicate) and isinstance(leaf.left, ColumnTerm) and leaf.operator == "=":
                for term in (leaf.left, *leaf.right):
                    if isinstance(term, ColumnTerm) and (term.table.lower(), term.column.lower()) in primary:
                        ends[term.table.lower()] = ends.get(term.table.lower(), 0) + 1
    return sum(count > 1 for table, count in ends.items() if table not in needed) + _sibling_joins(
        plan, schema, primary
    )


def _sibling_joins(plan: Plan, schema: Schema, primary: frozenset[tuple[str, str]]) -> int:
    """Return how many joins tie two children of a parent that is left out: `airline.country_code = city.country_code`."""
    targets = {key.source.folded: key.target.folded for key in schema.foreign_keys}
    count = 0
    for join in plan.joins or ():
        for leaf in conjuncts(join.on):
            if (
                isinstance(leaf, Predicate)
                and isinstance(leaf.left, ColumnTerm)
                and isinstance(leaf.right[0], ColumnTerm)
            ):
                ends = [(term.table.lower(), term.column.lower()) for term in (leaf.left, leaf.right[0])]
                both = [targets.get(end) for end in ends]
                count += both[0] is not None and both[0] == both[1] and not primary & set(ends)
    return count


def repeats_rows(plan: Plan, schema: Schema) -> bool:
    """Tell whether a plain list repeats its rows: no column is shown of a table that refers to the others.

    `SELECT airline.name FROM airline JOIN route` shows an airline once for each of its routes.
    """
    if plan.distinct or plan.group_by or plan.set_operations or len(plan.tables) < 2 or plan.limit is not None:
        return False
    shown = {term.table.lower() for term in plan.select if isinstance(term, ColumnTerm)}
    if not shown or any(not isinstance(term, ColumnTerm) for term in plan.select):
        return False
    primary = _row_keys(schema)
    reached = set(shown)
    edges = [
        (leaf.left, leaf.right[0])
        for join in plan.joins or ()
        for leaf in conjuncts(join.on)
        if isinstance(leaf, Predicate) and isinstance(leaf.left, ColumnTerm) and isinstance(leaf.right[0], ColumnTerm)
    ]
    for _ in edges:  # walk only up: from a referring table to the one row that it refers to
        for one, other in (pair for left, right in edges for pair in ((left, right), (right, left))):
            if one.table.lower() in reached and (other.table.lower(), other.column.lower()) in primary:
                reached.add(other.table.lower())
    return any(isinstance(s, TableSource) and s.table.lower() not in reached for s in plan.tables)


def key_ties(plan: Plan) -> frozenset[frozenset[tuple[str, str]]]:
    """Return the pairs of columns, each with its table, folded, that the joins of a plan equate."""
    return frozenset(
        frozenset(end.ref.folded for end in (leaf.left, *leaf.right) if isinstance(end, ColumnTerm))
        for join in plan.joins or ()
        for leaf in conjuncts(join.on)
        if isinstance(leaf, Predicate)
    )


def connecting_tables(plan: Plan) -> frozenset[str]:
    """Return the tables of a plan, folded, that its joins tie to two others or more: without one, these hang together no more."""
    ties: dict[str, set[str]] = {}
    for join in plan.joins or ():
        for leaf in conjuncts(join.on):
            ends = [leaf.left, *leaf.right] if isinstance(leaf, Predicate) else []
            tables = {end.table.lower() for end in ends if isinstance(end, ColumnTerm)}
            for one in tables:
                ties.setdefault(one, set()).update(tables - {one})
    return frozenset(table for table, others in ties.items() if len(others) > 1)
