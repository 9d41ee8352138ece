"""asked_of_each: a count or another aggregate for each row that the turn before showed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nodes.coverage.asked.references import asks_of_each
from nodes.coverage.demand import Demand
from nodes.coverage.edits.joining import with_table
from nodes.coverage.rows import row_key
from nodes.lexical.evidence import display_columns
from nodes.plan import Aggregate, ColumnTerm, Plan, Predicate, Star, Term
from nodes.plan.traversal import conjuncts, is_figure

_SEVERAL = re.compile(r"\b(?:different|distinct|unique)\b", re.IGNORECASE)


def asked_of_each(plan: Plan, demand: Demand) -> Iterator[Plan]:
    """Yield the previous list with an aggregate beside each of its rows.

    "How many of our books come from each of them?" after publishers: `SELECT name, count(*) ... GROUP BY publisher_id`. After
    figures of groups the new figure stands in the place of theirs, of the same groups.
    """
    shown = told_of(plan)
    if plan != demand.previous or plan.set_operations or not shown:
        return
    if not asks_of_each(demand.inquiry):
        return
    yield from _compared_count(plan, demand)
    for aggregate, table in figures_of_each(demand, demand.evidence.previous_tables):
        joined = with_table(plan, table, demand.schema) if table else plan
        if joined is not None and plan.group_by:
            if set(shown) <= set(plan.group_by):  # groups that a condition chose: "who bought more than five times?"
                yield joined.model_copy(update={"select": (*shown, aggregate), "order_by": (), "limit": None})
        elif joined is not None:
            key = (row_key(shown[0], demand.schema) if _names_rows(shown[0], demand) else shown[0],)
            yield joined.model_copy(
                update={
                    "select": (*shown, aggregate),
                    "group_by": key,
                    "distinct": False,
                    "order_by": (),
                    "limit": None,
                }
            )


def told_of(plan: Plan) -> tuple[ColumnTerm, ...]:
    """Return the columns by which a list, or figures of groups, tell the things that they are of; () where none do."""
    shown = tuple(term for term in plan.select if isinstance(term, ColumnTerm))
    grouped = bool(plan.group_by) and all(isinstance(each, ColumnTerm) or is_figure(each) for each in plan.select)
    return shown if grouped or len(shown) == len(plan.select) else ()


def _compared_count(plan: Plan, demand: Demand) -> Iterator[Plan]:
    """Yield rows chosen by a count with that count beside them: "How many has each?" after those with more than 38."""
    if plan.having is None or demand.evidence.cues.count is None:
        return
    leaves = [leaf for leaf in conjuncts(plan.having) if isinstance(leaf, Predicate)]
    counts = [leaf.left for leaf in leaves if isinstance(leaf.left, Aggregate) and leaf.left.function == "count"]
    if len(counts) == 1 and all(isinstance(term, ColumnTerm) for term in plan.select):
        yield plan.model_copy(update={"select": (*plan.select, counts[0])})


def _names_rows(term: ColumnTerm, demand: Demand) -> bool:
    """Tell whether a column is what the rows of its table are called by, or a key: then each row is one of the things."""
    table = demand.schema.table(term.table)
    return table is None or term.ref in demand.inquiry.keys or term.ref in display_columns(table)


def _own_key(table: str, demand: Demand) -> ColumnTerm | None:
    found = demand.schema.table(table)
    return ColumnTerm.of(found.key) if found and found.key else None


def figures_of_each(demand: Demand, read: tuple[str, ...]) -> Iterator[tuple[Term, str]]:
    """Yield what may be asked of each row, with the table that it is taken from; rows of the tables read already are not counted."""
    evidence = demand.evidence
    before = {table.lower() for table in read}
    if evidence.cues.count is not None:
        named = [m.table for m in demand.inquiry.named_tables if m.table.lower() not in before]
        for table in dict.fromkeys(named) or [""]:
            key = _own_key(table, demand) if _SEVERAL.search(demand.inquiry.utterance.text) else None
            yield Aggregate(function="count", argument=key or Star(), distinct=key is not None), table
    if demand.sales is not None and demand.sales.ranked is None:
        for figure in demand.sales.figures:
            yield Aggregate(function="sum", argument=figure.term), figure.table
    for at, function in evidence.aggregates:
        for mention in evidence.named:
            for ref, score in mention.candidates[:2]:
                if mention.start >= at and score >= 0.6 and evidence.is_ordered(ref):
                    yield Aggregate(function=function, argument=ColumnTerm.of(ref)), ref.table
