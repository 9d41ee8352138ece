"""whole_shapes: the query that a way of asking stands for, in the place of any plan."""

from __future__ import annotations

from collections.abc import Iterator

from nodes.coverage.demand import Demand
from nodes.plan import Plan


def whole_shapes(plan: Plan, demand: Demand) -> Iterator[Plan]:
    """Yield the plans of the shapes that the words have, whatever the plan: "the second highest salary"."""
    yield from (shape for shape in demand.shapes if shape != plan)
