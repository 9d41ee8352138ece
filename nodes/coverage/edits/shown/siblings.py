"""said_columns: the columns that the words say, in the place of those beside them."""

from __future__ import annotations

from collections.abc import Iterator

from nodes.coverage.demand import Demand
from nodes.plan import ColumnTerm, Plan, PlanModel
from nodes.plan.traversal import columns, rewrite


def said_columns(plan: Plan, demand: Demand) -> Iterator[Plan]:
    """Yield a plan with each column exchanged for the only one beside it whose own word is said.

    "the 3 youngest winners": `SELECT loser_name ... ORDER BY loser_age` becomes `SELECT winner_name ... ORDER BY winner_age`.
    """
    siblings = demand.said_siblings
    used = {term.ref for term in columns(plan)}
    meant = {
        ref: next(iter(siblings[ref])) for ref in used if len(siblings.get(ref, ())) == 1 and not siblings[ref] & used
    }

    def exchanged(part: PlanModel) -> PlanModel:
        if isinstance(part, ColumnTerm) and part.ref in meant:
            return part.model_copy(update={"column": meant[part.ref].column})
        return part

    if meant:
        yield rewrite(plan, exchanged)
