"""asked_of_each: a count or another aggregate for each row that the turn before showed."""

from __future__ import annotations

from collections.abc import Iterator

from nodes.coverage.demand import Demand
from nodes.coverage.edits.joining import row_key, with_table
from nodes.coverage.references import asks_of_each
from nodes.lexical.evidence import display_columns
from nodes.plan import Aggregate, ColumnTerm, Plan, Star, Term


def asked_of_each(plan: Plan, demand: Demand) -> Iterator[Plan]:
    """Yield the previous list with an aggregate beside each of its rows.

    "How many of our books come from each of them?" after publishers: `SELECT name, count(*) ... GROUP BY publisher_id`.
    """
    shown = [term for term in plan.select if isinstance(term, ColumnTerm)]
    if plan != demand.previous or plan.set_operations or len(shown) != len(plan.select) or not shown:
        return
    if not asks_of_each(demand.inquiry):
        return
    for aggregate, table in _aggregates(demand):
        joined = with_table(plan, table, demand.schema) if table else plan
        if joined is not None and plan.group_by:
            if set(shown) <= set(plan.group_by):  # groups that a condition chose: "who bought more than five times?"
                yield joined.model_copy(update={"select": (*plan.select, aggregate), "order_by": (), "limit": None})
        elif joined is not None:
            key = (row_key(shown[0], demand.schema) if _names_rows(shown[0], demand) else shown[0],)
            yield joined.model_copy(
                update={
                    "select": (*plan.select, aggregate),
                    "group_by": key,
                    "distinct": False,
                    "order_by": (),
                    "limit": None,
                }
            )


def _names_rows(term: ColumnTerm, demand: Demand) -> bool:
    """Tell whether a column is what the rows of its table are called by, or a key: then each row is one of the things."""
    table = demand.schema.table(term.table)
    return table is None or term.ref in demand.inquiry.keys or term.ref in display_columns(table)


def _aggregates(demand: Demand) -> Iterator[tuple[Term, str]]:
    """Yield what may be asked of each row, with the table that it is taken from."""
    evidence = demand.evidence
    before = {table.lower() for table in evidence.previous_tables}
    if evidence.cues.count is not None:
        named = [m.table for m in evidence.mentions.tables if m.score >= 0.8 and m.table.lower() not in before]
        for table in dict.fromkeys(named) or [""]:
            yield Aggregate(function="count", argument=Star()), table
    if demand.sales is not None and demand.sales.ranked is None:
        for figure in demand.sales.figures:
            yield Aggregate(function="sum", argument=figure.term), figure.table
    for at, function in evidence.aggregates:
        for mention in evidence.named:
            for ref, score in mention.candidates[:2]:
                if mention.start >= at and score >= 0.6 and evidence.is_ordered(ref):
                    yield Aggregate(function=function, argument=ColumnTerm.of(ref)), ref.table
