"""whole_shapes: the query that a way of asking stands for, in the place of any plan."""

from __future__ import annotations

from collections.abc import Iterator

from nodes.coverage.demand import Demand
from nodes.coverage.follow_ups.all_follow_ups import follow_ups
from nodes.plan import Plan


def whole_shapes(plan: Plan, demand: Demand) -> Iterator[Plan]:
    """Yield the plans of the shapes that the words have, whatever the plan: "the second highest salary"."""
    yield from (shape for shape in demand.shapes if shape != plan)


def followed_up(plan: Plan, demand: Demand) -> Iterator[Plan]:
    """Yield the plans that the words make of the turn before, in the place of that: "both together?"."""
    if plan == demand.previous:
        yield from (each for each in follow_ups(demand) if each != plan)
