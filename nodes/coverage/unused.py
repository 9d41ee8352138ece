"""unused_mentions: what a question names and its answer leaves out."""

from __future__ import annotations

from nodes.coverage.demand import Demand
from nodes.coverage.plan_filters import PlanFilters
from nodes.coverage.unread import unread_words
from nodes.node import Context
from nodes.plan import Plan
from nodes.sql.errors import SQLError
from nodes.sql.to_plan import to_plan
from nodes.state import GraphState

LEAST_STRENGTH = 0.6
"""How sure it must be that words ask for something before a plan without it is reported."""
USED = 0.2
"""Coverage from which a mention counts as used, if only in part."""


def unused_mentions(state: GraphState, context: Context, demand: Demand | None = None) -> tuple[str, ...]:
    """Return the words of a turn that its SQL does not use, in their order.

    "List the clients in Berlin" answered by `SELECT name FROM client`: ("Berlin",). "List the vegan clients": ("vegan",).

    Args:
        demand: what the turn asks for, where it has been read already.
    """
    try:
        plan = to_plan(state.sql or "", context.schema)
    except SQLError:
        return ()
    demand = demand or Demand.of(state, context)
    return tuple(dict.fromkeys((*unused_by(plan, demand), *unread_words(plan, demand))))


def unused_by(plan: Plan, demand: Demand) -> tuple[str, ...]:
    """Return the words that a plan does not use: values, names, times, numbers, parts of texts.

    Names of columns and tables are left out: of the gold plans of CoSQL, one in twelve does without one that is named.
    """
    filters = PlanFilters(plan)
    found = (
        each.mention
        for each in demand.requirements
        if each.strength >= LEAST_STRENGTH and filters.coverage(each) < USED
    )
    return tuple(dict.fromkeys(found))
