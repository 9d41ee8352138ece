"""asked_projections: columns that the words name beside what the turn before showed."""

from __future__ import annotations

from collections.abc import Iterator

from nodes.coverage.asked.moves import move_of
from nodes.coverage.asked.references import asks_of_each
from nodes.coverage.demand import Demand
from nodes.coverage.edits.joining import with_table
from nodes.lexical.evidence import display_columns
from nodes.plan import Aggregate, ColumnTerm, Plan, Term
from value_index.schema import ColumnRef


def asked_projections(plan: Plan, demand: Demand) -> Iterator[Plan]:
    """Yield a plan with the named columns added, and the previous one with these in the place of what it showed.

    "Also show when each was founded": `SELECT name ...` becomes `SELECT name, founded ...`.
    """
    if plan.set_operations or not (_shows_rows(plan) or groups_rows(plan, demand)):
        return
    columns = _named(plan, demand)
    joined: Plan | None = plan
    for column in columns:
        joined = with_table(joined, column.table, demand.schema) if joined else None
    if joined is None or not columns:
        return
    terms: tuple[Term, ...] = tuple(ColumnTerm.of(column) for column in columns)
    new = tuple(term for term in terms if term not in plan.select)
    adds = adds_columns(demand) or asks_of_each(demand.inquiry)
    if new and (plan != demand.previous or adds):
        yield joined.model_copy(update={"select": (*plan.select, *new)})
    if plan == demand.previous and _shows_columns(plan):
        yield joined.model_copy(update={"select": terms})


def _shows_columns(plan: Plan) -> bool:
    return not any(isinstance(term, Aggregate) for term in plan.select)


def _shows_rows(plan: Plan) -> bool:
    """Tell whether a plan shows plain rows."""
    return _shows_columns(plan) and not plan.group_by


def groups_rows(plan: Plan, demand: Demand) -> bool:
    """Tell whether each group of a plan is one row of a table, of which a column says one thing: customers by their key."""
    if len(plan.group_by) != 1 or not isinstance(key := plan.group_by[0], ColumnTerm):
        return False
    table = demand.schema.table(key.table)
    return table is not None and table.key == key.ref


def adds_columns(demand: Demand) -> bool:
    """Tell whether more is to be shown beside what was shown ("also", "with the price")."""
    return demand.evidence.cues.extend or move_of(demand.inquiry.utterance.text) == "add"


def _named(plan: Plan, demand: Demand) -> tuple[ColumnRef, ...]:
    """Return the columns that the words name, else those that stand for the rows of a named table."""
    evidence = demand.evidence
    tables = {term.table.lower() for term in plan.select if isinstance(term, ColumnTerm)}
    used = {each.options[0].column for each in demand.requirements}
    found: dict[ColumnRef, None] = {}
    for mention in evidence.named:
        best = mention.candidates[0][1]
        rivals = [column for column, score in mention.candidates if score >= best - 0.05 and best >= 0.6]
        rivals.sort(key=lambda column: column.table.lower() not in tables)
        if rivals and evidence.in_head(mention.start) and rivals[0] not in used:
            found.setdefault(rivals[0])
    if not found:
        for mention in demand.inquiry.named_tables:
            table = demand.schema.table(mention.table)
            if table and table.name.lower() not in tables:
                found.update(dict.fromkeys(display_columns(table)))
    return tuple(found)
