"""shown_lists: the columns that the words list, beside the things they are listed of."""

from __future__ import annotations

from collections.abc import Iterator

from nodes.coverage.demand import Demand
from nodes.coverage.edits.joining import with_table
from nodes.plan import Aggregate, ColumnTerm, Ordering, Plan, Star, Term
from nodes.plan.sources import reads_tables_only


def shown_lists(plan: Plan, demand: Demand) -> Iterator[Plan]:
    """Yield a plan that shows what is listed.

    "Toys with their brand": `SELECT toy_name FROM toy` becomes `SELECT toy_name, brand_name FROM toy JOIN brand`.
    """
    listed = demand.listed
    if not listed or plan.set_operations or not reads_tables_only(plan):
        return
    joined: Plan | None = plan
    for ref in listed:
        joined = with_table(joined, ref.table, demand.schema) if joined else None
    if joined is None or any(isinstance(term, Star) for term in plan.select):
        return
    figures = any(isinstance(term, Aggregate) for term in plan.select)
    asked = demand.evidence.aggregates or demand.evidence.cues.count is not None or demand.sales is not None
    if figures and not asked:
        joined = _without_figures(joined)
    plain = tuple(term for term in joined.select if isinstance(term, ColumnTerm))
    rest = tuple(term for term in joined.select if not isinstance(term, ColumnTerm))
    shown = tuple(map(ColumnTerm.of, listed))
    for before in dict.fromkeys(((), plain)):
        select: tuple[Term, ...] = tuple(dict.fromkeys((*before, *shown, *rest)))
        yield joined.model_copy(update={"select": select})


def _without_figures(plan: Plan) -> Plan:
    """Return a plan that shows and orders by the columns themselves, of which it showed figures."""
    select = [term.argument if isinstance(term, Aggregate) else term for term in plan.select]
    order = [
        Ordering(term=each.term.argument, descending=each.descending) if isinstance(each.term, Aggregate) else each
        for each in plan.order_by
    ]
    kept = tuple(term for term in select if not isinstance(term, Star))
    ordered = tuple(each for each in order if not isinstance(each.term, Star))
    return plan.model_copy(update={"select": kept, "order_by": ordered, "group_by": (), "having": None})
