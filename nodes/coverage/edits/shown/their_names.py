"""names_of_theirs: the names of those counted or shown before, where a plan shows the names of what they belong to."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nodes.coverage.demand import Demand
from nodes.coverage.rows import row_names
from nodes.lexical.evidence import display_columns
from nodes.plan import ColumnTerm, Plan, Term
from nodes.plan.sources import folded_sources
from value_index.schema import Table

_THEIR = re.compile(r"\btheir (?:full |first and last )?names?\b", re.IGNORECASE)


def names_of_theirs(plan: Plan, demand: Demand) -> Iterator[Plan]:
    """Yield a plan with the names of the rows before in the place of those of what their keys lead to.

    "List their names and salaries" after the employees in Sales were counted: `SELECT department.name, salary` becomes
    `SELECT employee.name, salary`.
    """
    things = things_of_others_named(plan, demand)
    if things is None:
        return
    others = _names_of_others(plan, things, demand)
    shown: list[Term] = []
    for term in plan.select:
        shown += row_names(things) if term == others[0] else () if term in others else (term,)
    yield plan.model_copy(update={"select": tuple(shown)})


def things_of_others_named(plan: Plan, demand: Demand) -> Table | None:
    """Return the table of those spoken of, where "their names" are asked and a plan shows only names of others; None else."""
    things = _things_before(demand) if _THEIR.search(demand.inquiry.utterance.text) else None
    if things is None or things.name.lower() not in folded_sources(plan) or plan.group_by or plan.set_operations:
        return None
    own = {ref.folded for ref in display_columns(things)}
    shows_own = any(isinstance(term, ColumnTerm) and term.ref.folded in own for term in plan.select)
    return things if not shows_own and _names_of_others(plan, things, demand) else None


def _things_before(demand: Demand) -> Table | None:
    """Return the only table of the turn before whose rows no other of its tables leads to: employees of departments."""
    tables = folded_sources(demand.previous) if demand.previous is not None else frozenset[str]()
    if len(tables) < 2:
        return None
    keys = demand.schema.foreign_keys
    led_to = {k.target.table.lower() for k in keys if {k.source.table.lower(), k.target.table.lower()} <= tables}
    finest = sorted(tables - led_to)
    return demand.schema.table(finest[0]) if len(finest) == 1 else None


def _names_of_others(plan: Plan, things: Table, demand: Demand) -> list[ColumnTerm]:
    names = {
        ref.folded
        for table in demand.schema.tables
        if table.name != things.name and table.name.lower() in folded_sources(plan)
        for ref in display_columns(table)
    }
    return [term for term in plan.select if isinstance(term, ColumnTerm) and term.ref.folded in names]
