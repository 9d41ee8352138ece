"""shown_once: rows that a join repeats, shown once."""

from __future__ import annotations

from collections.abc import Iterator

from nodes.coverage.demand import Demand
from nodes.coverage.join_paths import repeats_rows
from nodes.plan import ColumnTerm, Plan


def shown_once(plan: Plan, demand: Demand) -> Iterator[Plan]:
    """Yield a plan with DISTINCT where its joins repeat the rows that it shows, or its rows the values asked for.

    "Which airlines fly to Boston?": an airline with two routes there is one answer.
    """
    if repeats_rows(plan, demand.schema) or repeats_values(plan, demand):
        yield plan.model_copy(update={"distinct": True})


def repeats_values(plan: Plan, demand: Demand) -> bool:
    """Tell whether the words ask which values of a column there are and a plan shows each as often as it is stored.

    "Which countries do our customers come from?": each country once.
    """
    shown = plan.select[0] if len(plan.select) == 1 else None
    if not isinstance(shown, ColumnTerm) or plan.distinct or plan.group_by or plan.limit is not None:
        return False
    return shown.ref in demand.values_asked and not demand.inquiry.profiles.is_unique(shown.ref)
