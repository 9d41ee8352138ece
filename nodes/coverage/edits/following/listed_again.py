"""listed_again: the rows that a figure was told of, listed as they were before it."""

from __future__ import annotations

from collections.abc import Iterator

from nodes.coverage.asked.references import points_at_rows
from nodes.coverage.asked.things import shows_figures_only
from nodes.coverage.demand import Demand
from nodes.coverage.edits.joining import with_table
from nodes.coverage.rows import row_names
from nodes.plan import ColumnTerm, Plan, TableSource, Term


def listed_again(plan: Plan, demand: Demand) -> Iterator[Plan]:
    """Yield the rows of a count with what was last shown of such rows, and with the columns named beside it.

    "Show their emails too" after names and how many they are: `SELECT name, email ...` in place of `SELECT count(*) ...`.
    """
    if plan != demand.previous or not counts_rows_only(demand) or not _asks_for_rows(demand):
        return
    shown = demand.listed_before or _called(plan, demand)
    added = named_beside(demand) if demand.evidence.cues.extend else ()
    joined: Plan | None = plan
    for term in (*shown, *added):
        joined = with_table(joined, term.table, demand.schema) if joined and isinstance(term, ColumnTerm) else joined
    if joined is not None and shown:
        yield joined.model_copy(update={"select": tuple(dict.fromkeys((*shown, *added)))})


def counts_rows_only(demand: Demand) -> bool:
    """Tell whether the turn before told a count of rows and nothing else."""
    return demand.previous is not None and shows_figures_only(demand.previous, frozenset(("count",)))


def named_beside(demand: Demand) -> tuple[Term, ...]:
    """Return the columns that the words name to be shown, those of the tables before first."""
    before = {table.lower() for table in demand.evidence.previous_tables}
    found: dict[Term, None] = {}
    for mention in demand.evidence.named:
        best = mention.candidates[0][1]
        rivals = [ref for ref, score in mention.candidates if score >= best - 0.05 and best >= 0.6]
        rivals.sort(key=lambda ref: ref.table.lower() not in before)
        if rivals:
            found.setdefault(ColumnTerm.of(rivals[0]))
    return tuple(found)


def _asks_for_rows(demand: Demand) -> bool:
    evidence = demand.evidence
    leans = points_at_rows(demand.inquiry) or evidence.cues.extend
    return leans and evidence.cues.count is None and not evidence.aggregates and not demand.requirements


def _called(plan: Plan, demand: Demand) -> tuple[Term, ...]:
    first = plan.tables[0] if plan.tables else None
    table = demand.schema.table(first.table) if isinstance(first, TableSource) else None
    return row_names(table) if table else ()
