"""names_for_keys: the names of the rows that shown keys lead to, where persons are asked for."""

from __future__ import annotations

from collections.abc import Iterator

from nodes.coverage.demand import Demand
from nodes.coverage.people import speaks_of_somebody
from nodes.lexical.evidence import display_columns
from nodes.plan import ColumnTerm, Join, Plan, Predicate, TableSource, Term
from value_index.schema import ForeignKey


def names_for_keys(plan: Plan, demand: Demand) -> Iterator[Plan]:
    """Yield a plan that shows who is meant by a key in the place of the key.

    "Who drove them?": `SELECT driver_id FROM trip` becomes `SELECT name FROM trip JOIN driver ON driver_id = id`.
    """
    if not speaks_of_somebody(demand.inquiry) or plan.set_operations or plan.group_by:
        return
    for term in plan.select:
        key = _key_of(term, demand)
        joined = through_key(plan, key) if key is not None else None
        table = demand.schema.table(key.target.table) if key is not None else None
        if joined is not None and table is not None:
            names: tuple[Term, ...] = tuple(map(ColumnTerm.of, display_columns(table)))
            yield joined.model_copy(
                update={"select": tuple(n for t in plan.select for n in (names if t == term else (t,)))}
            )


def through_key(plan: Plan, key: ForeignKey) -> Plan | None:
    """Return a plan joined to the table at the end of one key of its own; None if that table is there already."""
    tables = {source.table.lower() for source in plan.tables if isinstance(source, TableSource)}
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


def _key_of(term: Term, demand: Demand) -> ForeignKey | None:
    """Return the key that a shown column is, of one column to another table."""
    if not isinstance(term, ColumnTerm) or term.occurrence:
        return None
    keys = (key for key in demand.schema.foreign_keys if key.source == term.ref and key.target.table != term.table)
    return next(keys, None)
