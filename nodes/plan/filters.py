"""Filters of a plan, one by one, and the plan without one of them.

A filter is a condition that must hold by itself: `town = 'Kiel' AND (size > 3 OR size IS NULL)` has two.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Literal

from nodes.plan.model import (
    Aggregate,
    ColumnTerm,
    Condition,
    Plan,
    PlanModel,
    PlanSource,
    Predicate,
    Star,
    TableSource,
)
from nodes.plan.traversal import columns, conjunction, conjuncts, map_references, walk_block

Clause = Literal["where", "having"]
Keeps = Callable[[Clause, Condition], bool]


class PlanFilter(PlanModel):
    """A condition of a plan that must hold by itself."""

    clause: Clause
    condition: Condition


def plan_filters(plan: Plan) -> tuple[PlanFilter, ...]:
    """Return the filters of a plan, those of its set members and of sub-plans in FROM behind its own; joins are none."""
    found: list[PlanFilter] = []

    def note(clause: Clause, condition: Condition) -> bool:
        found.append(PlanFilter(clause=clause, condition=condition))
        return True

    _sifted(plan, note, ())
    return tuple(found)


def without_filter(plan: Plan, place: int, tables: Collection[str] = ()) -> Plan:
    """Return the plan without one of its filters, and without the tables that only this one needed.

    "Names of students who have a dog" without "dog": the students, not once more for each of their pets. Where rows are
    counted or summed, the tables stay: they decide what a row is.

    Args:
        place: index into `plan_filters`.
        tables: names of tables that stay in any case.
    """
    left = iter(range(place + 1))

    def keeps(_clause: Clause, _condition: Condition) -> bool:
        return next(left, None) != place

    return _sifted(plan, keeps, tables)


def _sifted(plan: Plan, keeps: Keeps, tables: Collection[str]) -> Plan:
    """Return the plan with the filters that are to be kept, asked for in their order."""
    where = tuple(part for part in conjuncts(plan.where) if is_join(part) or keeps("where", part))
    having = tuple(part for part in conjuncts(plan.having) if keeps("having", part))
    removed = [part for part in (*conjuncts(plan.where), *conjuncts(plan.having)) if part not in (*where, *having)]
    sources = tuple(
        source.model_copy(update={"plan": _sifted(source.plan, keeps, tables)})
        if isinstance(source, PlanSource)
        else source
        for source in plan.tables
    )
    operations = tuple(
        operation.model_copy(update={"plan": _sifted(operation.plan, keeps, tables)})
        for operation in plan.set_operations
    )
    kept = {"where": conjunction(where), "having": conjunction(having), "tables": sources, "set_operations": operations}
    return _without_idle(plan.model_copy(update=kept), removed, tables) if removed else plan.model_copy(update=kept)


def is_join(condition: Condition) -> bool:
    """Tell whether a condition only says that two columns are equal."""
    return (
        isinstance(condition, Predicate)
        and condition.operator == "="
        and len(condition.right) == 1
        and all(isinstance(side, ColumnTerm) for side in (condition.left, *condition.right))
    )


def _without_idle(block: Plan, removed: Collection[Condition], stay: Collection[str]) -> Plan:
    """Return a block without the tables at the ends of its joins that the removed conditions alone gave work."""
    if _rows_matter(block) or not _is_plain(block):
        return block
    needed = {name.lower() for name in stay} | set(_tables_used(block.model_copy(update={"joins": None})))
    waiting = [term.table.lower() for condition in removed for term in columns(condition)]
    while waiting:
        name = waiting.pop()
        joined = [place for place, join in enumerate(block.joins or ()) if name in _tables_of(join.on)]
        if name in needed or len(joined) != 1 or not block.joins:
            continue
        place = next(place for place, source in enumerate(block.tables) if _name(source) == name)
        if joined[0] != max(place - 1, 0):
            continue  # Another table is joined through it.
        waiting += [other for other in _tables_of(block.joins[joined[0]].on) if other != name]
        block = block.model_copy(
            update={
                "tables": (*block.tables[:place], *block.tables[place + 1 :]),
                "joins": (*block.joins[: joined[0]], *block.joins[joined[0] + 1 :]) if len(block.joins) > 1 else None,
            }
        )
    return block


def _rows_matter(block: Plan) -> bool:
    """Tell whether a row more of a joined table changes what is shown, beyond repeating it."""
    shown = (*block.select, *(order.term for order in block.order_by), *((block.having,) if block.having else ()))
    found = [part for term in shown for part in walk_block(term)]
    return any(isinstance(part, Star) or (isinstance(part, Aggregate) and not part.distinct) for part in found)


def _is_plain(block: Plan) -> bool:
    """Tell whether a block has tables only, each of them once, all joined where both have a row."""
    names = [_name(source) for source in block.tables]
    return all(names) and len(set(names)) == len(names) and all(join.kind == "inner" for join in block.joins or ())


def _name(source: PlanModel) -> str:
    return source.table.lower() if isinstance(source, TableSource) else ""


def _tables_of(condition: Condition | None) -> list[str]:
    return [term.table.lower() for term in columns(condition)] if condition else []


def _tables_used(block: Plan) -> Iterator[str]:
    """Yield the tables that the block's own terms name, from within its sub-plans too."""
    used: list[str] = []

    def note(part: PlanModel) -> PlanModel:
        if isinstance(part, ColumnTerm):
            used.append(part.table.lower())
        return part

    map_references(block, note)
    yield from used
