"""summed_measures: the only figure of a table in the place of its key in a sum or an average."""

from __future__ import annotations

from collections.abc import Iterator

from nodes.coverage.demand import Demand
from nodes.plan import Aggregate, ColumnTerm, Plan, Term
from value_index.schema import ColumnRef

SUMS = ("sum", "avg", "total")


def summed_measures(plan: Plan, demand: Demand) -> Iterator[Plan]:
    """Yield a plan that sums what can be summed: no one asks for the sum of a number that only names its row.

    "Total amount of orders" where the column is called `amt`: `sum(order_no)` becomes `sum(amt)`.
    """
    changed = tuple(_measured(term, demand) for term in plan.select)
    if changed != plan.select:
        yield plan.model_copy(update={"select": changed})


def _measured(term: Term, demand: Demand) -> Term:
    keys = demand.inquiry.keys
    if not isinstance(term, Aggregate) or term.function not in SUMS or not isinstance(term.argument, ColumnTerm):
        return term
    if term.argument.ref not in keys:
        return term
    figures = [ref for ref in _figures(term.argument.table, demand) if ref not in keys]
    if len(figures) != 1:
        return term
    argument = term.argument.model_copy(update={"column": figures[0].column})
    return term.model_copy(update={"argument": argument})


def _figures(table: str, demand: Demand) -> list[ColumnRef]:
    """Return the columns of numbers of a table."""
    found = demand.schema.table(table)
    columns = found.columns if found else ()
    return [ColumnRef(table=table, column=column.name) for column in columns if column.kind == "number"]
