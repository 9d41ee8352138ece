"""summed_measures: the only figure of a table in the place of its key in a sum or an average."""

from __future__ import annotations

from collections.abc import Iterator

from nodes.coverage.calculations.asked import figures_of
from nodes.coverage.demand import Demand
from nodes.plan import Aggregate, ColumnTerm, Plan, Term
from nodes.plan.sources import folded_sources

SUMS = ("sum", "avg", "total")


def summed_measures(plan: Plan, demand: Demand) -> Iterator[Plan]:
    """Yield a plan that sums what can be summed: no one asks for the sum of a number that only names its row.

    "Total amount of orders" where the column is called `amt`: `sum(order_no)` becomes `sum(amt)`.
    """
    changed = tuple(_measured(term, demand) for term in plan.select)
    if changed != plan.select:
        yield plan.model_copy(update={"select": changed})
    total = demand.total
    if total is not None and counts_rows(plan):
        summed: Term = Aggregate(function="sum", argument=ColumnTerm.of(total))
        if total.table.lower() in folded_sources(plan):
            select = tuple(summed if isinstance(term, Aggregate) else term for term in plan.select)
            yield plan.model_copy(update={"select": select})


def counts_rows(plan: Plan) -> bool:
    """Tell whether the only figure that a plan shows is a count."""
    figures = [term for term in plan.select if isinstance(term, Aggregate)]
    return len(figures) == 1 and figures[0].function == "count"


def _measured(term: Term, demand: Demand) -> Term:
    keys = demand.inquiry.keys
    if not isinstance(term, Aggregate) or term.function not in SUMS or not isinstance(term.argument, ColumnTerm):
        return term
    if term.argument.ref not in keys:
        return term
    figures = [ref for ref in figures_of(term.argument.table, demand.schema) if ref not in keys]
    if len(figures) != 1:
        return term
    argument = term.argument.model_copy(update={"column": figures[0].column})
    return term.model_copy(update={"argument": argument})
