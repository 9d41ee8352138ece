"""summed_measures: the only figure of a table in the place of its key in a sum or an average."""

from __future__ import annotations

from collections.abc import Iterator

from nodes.coverage.demand import Demand
from nodes.lexical.utterance import stem
from nodes.plan import Aggregate, ColumnTerm, Plan, TableSource, Term
from value_index.schema import ColumnRef

NAMED = 0.8
"""Score of a mention from which the words name a table."""
_AMOUNTS = frozenset(map(stem, ("amount", "amt", "total", "sum", "revenue", "paid")))
SUMS = ("sum", "avg", "total")


def summed_measures(plan: Plan, demand: Demand) -> Iterator[Plan]:
    """Yield a plan that sums what can be summed: no one asks for the sum of a number that only names its row.

    "Total amount of orders" where the column is called `amt`: `sum(order_no)` becomes `sum(amt)`.
    """
    changed = tuple(_measured(term, demand) for term in plan.select)
    if changed != plan.select:
        yield plan.model_copy(update={"select": changed})
    total = total_asked(demand)
    if total is not None and counts_rows(plan):
        summed: Term = Aggregate(function="sum", argument=ColumnTerm.of(total))
        if total.table.lower() in {source.table.lower() for source in plan.tables if isinstance(source, TableSource)}:
            select = tuple(summed if isinstance(term, Aggregate) else term for term in plan.select)
            yield plan.model_copy(update={"select": select})


def total_asked(demand: Demand) -> ColumnRef | None:
    """Return the amount of the things whose total is asked; None where a number of things, or no such thing, is meant.

    "Total payments per month": payment.amount.
    """
    words, evidence = demand.inquiry.utterance.words, demand.evidence
    places = {at + 1 for at, word in enumerate(words) if word.text == "total"}
    for mention in evidence.mentions.tables:
        if mention.start in places and mention.score >= NAMED:
            figures = [ref for ref in _figures(mention.table, demand) if ref not in demand.inquiry.keys]
            amounts = [ref for ref in figures if demand.inquiry.column_stems(ref) & _AMOUNTS]
            if len(amounts) == 1:
                return amounts[0]
    return None


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
