"""shown_things: the names of the things that are asked for in place of what only the conditions speak of."""

from __future__ import annotations

from collections.abc import Iterator

from nodes.coverage.demand import Demand
from nodes.coverage.edits.joining import with_table
from nodes.lexical.evidence import display_columns
from nodes.plan import ColumnTerm, Plan, Term
from nodes.plan.traversal import columns
from value_index.schema import ColumnRef


def shown_things(plan: Plan, demand: Demand) -> Iterator[Plan]:
    """Yield a plan that shows the first named table's rows, or its own first table's, by their names.

    "Which films have no director?": `SELECT director ... WHERE director IS NULL` becomes `SELECT title ...`.
    """
    if plan.set_operations or plan.group_by or not shows_conditions(plan, demand):
        return
    shown = next(term.table for term in plan.select if isinstance(term, ColumnTerm))
    named = [m.table for m in demand.evidence.mentions.tables if m.score >= 0.8 and demand.evidence.in_head(m.start)]
    for name in dict.fromkeys((*named[:1], shown)):
        table, joined = demand.schema.table(name), with_table(plan, name, demand.schema)
        if table is not None and joined is not None:
            terms: tuple[Term, ...] = tuple(ColumnTerm.of(ref) for ref in display_columns(table))
            yield joined.model_copy(update={"select": terms})


def shows_conditions(plan: Plan, demand: Demand) -> bool:
    """Tell whether a plan shows nothing but columns that a yes/no, missing or excluded value is asked of."""
    asked = {o.column.folded for r in demand.requirements if r.kind in ("flag", "null") for o in r.options[:1]}
    shown = [_folded(term) for term in plan.select if isinstance(term, ColumnTerm)]
    return bool(shown) and len(shown) == len(plan.select) and set(shown) <= asked


def shows_another_name(plan: Plan, demand: Demand) -> bool:
    """Tell whether a plan shows a text that no word names, of a table called by what the plan does not use.

    "Which makers are there?": the country of each in place of its name.
    """
    used = {term.ref for term in columns(plan)}
    return any(
        term.ref not in (called := _called(term.table, demand))
        and called
        and not called & used
        and demand.schema.describe(term.ref).kind == "text"
        and term.ref not in demand.inquiry.keys
        and not demand.evidence.mentions.column_score(term.ref)
        for term in plan.select
        if isinstance(term, ColumnTerm) and demand.schema.column(term.table, term.column) is not None
    )


def _called(table: str, demand: Demand) -> frozenset[ColumnRef]:
    """Return the columns that the rows of a table are called by."""
    found = demand.schema.table(table)
    return frozenset(display_columns(found)) if found else frozenset()


def _folded(term: ColumnTerm) -> tuple[str, str]:
    return term.ref.folded
