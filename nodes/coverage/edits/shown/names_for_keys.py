"""names_for_keys: the names of the rows that shown keys lead to, where persons are asked for."""

from __future__ import annotations

from collections.abc import Iterator

from nodes.coverage.asked.people import speaks_of_somebody
from nodes.coverage.demand import Demand
from nodes.coverage.rows import key_of, row_names
from nodes.plan import ColumnTerm, Join, Plan, Predicate, TableSource, Term
from nodes.plan.sources import folded_sources
from value_index.schema import ForeignKey


def names_for_keys(plan: Plan, demand: Demand) -> Iterator[Plan]:
    """Yield a plan that shows who is meant by a key in the place of the key.

    "Who drove them?": `SELECT driver_id FROM trip` becomes `SELECT name FROM trip JOIN driver ON driver_id = id`.
    """
    if not speaks_of_somebody(demand.inquiry) or plan.set_operations or plan.group_by:
        return
    for term in plan.select:
        yield from with_names(plan, term, demand)


def with_names(plan: Plan, term: Term, demand: Demand) -> Iterator[Plan]:
    """Yield a plan that shows the names of the rows that a key leads to in the place of the key."""
    key = key_of(term, demand.schema)
    joined = through_key(plan, key) if key is not None else None
    table = demand.schema.table(key.target.table) if key is not None else None
    if joined is not None and table is not None:
        names: tuple[Term, ...] = row_names(table)
        select = tuple(shown for each in plan.select for shown in (names if each == term else (each,)))
        yield joined.model_copy(update={"select": select})


def through_key(plan: Plan, key: ForeignKey) -> Plan | None:
    """Return a plan joined to the table at the end of one key of its own; None if that table is there already."""
    tables = folded_sources(plan)
    if key.target.table.lower() in tables or len(tables) != len(plan.tables):
        return None
    if plan.joins is None and len(plan.tables) > 1:
        return None
    on = Predicate(left=ColumnTerm.of(key.source), operator="=", right=(ColumnTerm.of(key.target),))
    update = {
        "tables": (*plan.tables, TableSource(table=key.target.table)),
        "joins": (*(plan.joins or ()), Join(on=on)),
    }
    return plan.model_copy(update=update)
