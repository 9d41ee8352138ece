"""Walkers over a plan: its parts, its query blocks, its columns, and a bottom-up rewrite.

A *block* is a plan seen as one SELECT: the members of a set operation are blocks of their own. Blocks nest through sub-plans in
terms and in FROM, and `outer` in a column term counts those nestings, so most walkers carry the stack of enclosing blocks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from operator import is_
from typing import TypeVar, get_args

from nodes.plan.model import (
    Aggregate,
    ColumnTerm,
    Condition,
    DerivedTerm,
    Junction,
    Negation,
    Plan,
    PlanModel,
    PlanSource,
    Predicate,
    SetOperation,
    Star,
    SubPlan,
    TableSource,
)

Part = TypeVar("Part", bound=PlanModel)
Stack = tuple[Plan, ...]
"""Enclosing blocks, the own one first: `stack[term.outer]` is the block that a column term refers to."""


class _Kept:
    """What is computed of a part once, in a slot of its own: a turn walks over each of its plans some sixty times."""

    def __init__(self, slot: str, make: Callable[[PlanModel], tuple[PlanModel, ...]]) -> None:
        self._slot, self._make = PlanModel.__dict__[slot], make

    def __call__(self, part: PlanModel) -> tuple[PlanModel, ...]:
        try:
            return self._slot.__get__(part)  # past the model's own look-up of attributes, which is slow
        except AttributeError:
            found = self._make(part)
            self._slot.__set__(part, found)
            return found


def children(part: PlanModel) -> tuple[PlanModel, ...]:
    """Return the parts directly inside a part, in field order."""
    return _children(part)


def _found(part: PlanModel) -> Iterator[PlanModel]:
    values = vars(part)
    for name in _part_fields(type(part)):
        value = values[name]
        if type(value) is tuple:
            for item in value:
                if _is_part(type(item)):
                    yield item
        elif _is_part(type(value)):
            yield value


_children = _Kept("_children", lambda part: tuple(_found(part)))


@lru_cache(maxsize=256)
def _is_part(kind: type) -> bool:
    """Whether values of a type are parts: asking a pydantic class for its instances is slow enough to matter."""
    return issubclass(kind, PlanModel)


@cache
def _part_fields(kind: type[PlanModel]) -> tuple[str, ...]:
    """Return the fields that may hold parts; those of names, numbers and flags need no look, and most parts have no others."""
    return tuple(name for name, field in kind.model_fields.items() if _may_hold_part(field.annotation))


def _may_hold_part(annotation: object) -> bool:
    if isinstance(annotation, type) and not get_args(annotation):
        return issubclass(annotation, PlanModel)
    return any(map(_may_hold_part, get_args(annotation)))


def walk(part: PlanModel) -> tuple[PlanModel, ...]:
    """Return a part and everything inside it, sub-plans included, parents first."""
    return (part, *_inside(part))


def _walked(part: PlanModel) -> tuple[PlanModel, ...]:
    return tuple(inner for child in children(part) for inner in walk(child))


_inside = _Kept("_inside", _walked)


def walk_block(part: PlanModel) -> Iterator[PlanModel]:
    """Yield a part and everything inside it, but nothing inside sub-plans and set members (they are yielded, not entered)."""
    yield part
    for child in children(part):
        if isinstance(child, Plan):
            yield child
        else:
            yield from walk_block(child)


def walk_scoped(plan: Plan, outer: Stack = ()) -> Iterator[tuple[PlanModel, Stack]]:
    """Yield every part of a plan with the stack of blocks that its terms refer to."""
    stack = (plan, *outer)
    yield plan, stack
    for child in children(plan):
        yield from _scoped(child, stack)


def _scoped(part: PlanModel, stack: Stack) -> Iterator[tuple[PlanModel, Stack]]:
    if isinstance(part, SetOperation):
        yield part, stack
        yield from walk_scoped(part.plan, stack[1:])
    elif isinstance(part, SubPlan | PlanSource):
        yield part, stack
        yield from walk_scoped(part.plan, stack)
    else:
        yield part, stack
        for child in children(part):
            yield from _scoped(child, stack)


def parts(part: PlanModel, kind: type[Part]) -> Iterator[Part]:
    """Yield every part of one type, at any depth.

    >>> from nodes.plan import Plan, Star
    >>> [star.source for star in parts(Plan(select=(Star(),)), Star)]
    [None]
    """
    return (found for found in walk(part) if isinstance(found, kind))


def blocks(plan: Plan) -> Iterator[Plan]:
    """Yield every block: the plan, its set members and all sub-plans, at any depth."""
    return parts(plan, Plan)


def columns(part: PlanModel) -> Iterator[ColumnTerm]:
    """Yield every column term, at any depth, with repeats."""
    return parts(part, ColumnTerm)


def members(plan: Plan) -> tuple[Plan, ...]:
    """Return the plan and its set members, in order."""
    return (plan, *(operation.plan for operation in plan.set_operations))


def table_names(plan: Plan) -> tuple[str, ...]:
    """Return the tables in FROM of any block, without repeats, in order of appearance."""
    return tuple(dict.fromkeys(source.table for source in parts(plan, TableSource)))


def conjuncts(condition: Condition | None) -> tuple[Condition, ...]:
    """Return the conditions that must all hold: nested ANDs flattened, () for None."""
    if condition is None:
        return ()
    if isinstance(condition, Junction) and condition.kind == "and":
        return tuple(inner for part in condition.conditions for inner in conjuncts(part))
    return (condition,)


def conjunction(conditions: tuple[Condition, ...]) -> Condition | None:
    """Join conditions with AND: None for none of them, the condition itself for one."""
    if len(conditions) < 2:
        return conditions[0] if conditions else None
    return Junction(kind="and", conditions=conditions)


def merged(condition: Condition | None) -> Condition | None:
    """Return a condition in which each part of a conjunction or disjunction stands once; itself if none is repeated.

    "branches in Shanghai": `city = 'Shanghai' AND city = 'Shanghai'` becomes `city = 'Shanghai'`.
    """
    if not isinstance(condition, Junction):
        return condition
    parts = condition.conditions if condition.kind == "or" else conjuncts(condition)
    whole = tuple(part if (mended := merged(part)) is None else mended for part in parts)
    once = tuple(dict.fromkeys(whole))
    if len(once) == len(parts) and all(map(is_, whole, parts)):
        return condition
    return once[0] if len(once) == 1 else Junction(kind=condition.kind, conditions=once)


def predicates(condition: Condition | None) -> Iterator[Predicate]:
    """Yield the leaf predicates of one condition, without entering sub-plans."""
    if isinstance(condition, Predicate):
        yield condition
    elif isinstance(condition, Junction):
        for inner in condition.conditions:
            yield from predicates(inner)
    elif isinstance(condition, Negation):
        yield from predicates(condition.condition)


def aggregates(part: PlanModel) -> Iterator[Aggregate]:
    """Yield the aggregates of one block (sub-plans have their own)."""
    return (found for found in walk_block(part) if isinstance(found, Aggregate))


def is_figure(part: PlanModel) -> bool:
    """Tell whether a term is computed over rows: an aggregate, or a calculation with one."""
    return any(isinstance(each, Aggregate) for each in walk_block(part))


def escapes(plan: Plan) -> bool:
    """Tell whether a plan refers to a block outside itself (a correlated sub-query)."""
    return any(
        isinstance(part, ColumnTerm | DerivedTerm) and part.outer >= len(stack) for part, stack in walk_scoped(plan)
    )


def rewrite(part: Part, change: Callable[[PlanModel], PlanModel]) -> Part:
    """Return a copy with `change` applied to every part, the innermost first; unchanged parts are shared."""
    return change(with_children(part, lambda child: rewrite(child, change)))  # pyright: ignore[reportReturnType]


def map_references(plan: Plan, change: Callable[[PlanModel], PlanModel]) -> Plan:
    """Return a plan with `change` applied to every column, derived term and star that refers to its own block.

    References from correlated sub-queries count; set members are blocks of their own and stay as they are.
    """
    return _mapped(plan, change, 0)


def _mapped(part: Part, change: Callable[[PlanModel], PlanModel], depth: int) -> Part:
    if isinstance(part, ColumnTerm | DerivedTerm):
        return change(part) if part.outer == depth else part  # pyright: ignore[reportReturnType]
    if isinstance(part, Star):
        return change(part) if depth == 0 else part  # pyright: ignore[reportReturnType]
    if isinstance(part, SetOperation) and depth == 0:
        return part
    inner = depth + 1 if isinstance(part, SubPlan | PlanSource) else depth
    return with_children(part, lambda child: _mapped(child, change, inner))


def with_children(part: Part, change: Callable[[PlanModel], PlanModel]) -> Part:
    """Return a part with `change` applied to each child; the part itself where none changes."""
    updates: dict[str, object] = {}
    values = vars(part)
    for name in _part_fields(type(part)):
        value = values[name]
        if type(value) is tuple:
            if not value or not _is_part(type(value[0])):
                continue
            new: object = tuple(map(change, value))
            new = value if all(map(is_, value, new)) else new  # pyright: ignore[reportUnknownArgumentType]
        elif _is_part(type(value)):
            new = change(value)
        else:
            continue
        if new is not value:
            updates[name] = new
    return part.model_copy(update=updates) if updates else part
