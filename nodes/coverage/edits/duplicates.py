"""shown_once: rows that a join repeats, shown once."""

from __future__ import annotations

from collections.abc import Iterator

from nodes.coverage.demand import Demand
from nodes.coverage.join_paths import repeats_rows
from nodes.plan import Plan


def shown_once(plan: Plan, demand: Demand) -> Iterator[Plan]:
    """Yield a plan with DISTINCT where its joins repeat the rows that it shows.

    "Which airlines fly to Boston?": an airline with two routes there is one answer.
    """
    if repeats_rows(plan, demand.schema):
        yield plan.model_copy(update={"distinct": True})
