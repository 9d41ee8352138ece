"""The rows that the turn before told of: of which table they are, and the other tables that hold something of each."""

from __future__ import annotations

from nodes.coverage.demand import Demand
from nodes.plan import ColumnTerm, Plan, TableSource
from value_index.schema import ColumnRef, Schema, Table


def things_shown(plan: Plan, demand: Demand) -> Table | None:
    """Return the table whose rows a plan shows, told apart by one key; None if it shows no columns."""
    shown = next((term for term in plan.select if isinstance(term, ColumnTerm)), None)
    first = plan.tables[0] if plan.tables else None
    name = shown.table if shown else first.table if isinstance(first, TableSource) else ""
    table = demand.schema.table(name)
    return table if table is not None and table.key is not None else None


def key_term(table: Table) -> ColumnTerm:
    """Return the key of a table that has one."""
    assert table.key is not None
    return ColumnTerm.of(table.key)


def cuts_inside_in(schema: Schema) -> bool:
    """Tell whether the engine takes a LIMIT inside IN; MySQL and MariaDB do not."""
    return schema.dialect != "mysql"


def keys_to(things: Table, other: str, demand: Demand) -> tuple[ColumnRef, ...]:
    """Return the columns of another table that lead to the rows of a table."""
    target = key_term(things).ref.folded
    keys = demand.schema.foreign_keys
    return tuple(k.source for k in keys if k.target.folded == target and k.source.table.lower() == other.lower())


def keys_through(things: Table, other: str, demand: Demand) -> tuple[ColumnRef, ...]:
    """Return the columns of another table that lead to the rows of a table, else those of a table that links both."""
    links = {k.source.table for k in demand.schema.foreign_keys if k.target.table.lower() == other.lower()}
    linked = [key for link in sorted(links) if link != things.name for key in keys_to(things, link, demand)]
    return keys_to(things, other, demand) or tuple(linked)


def tables_named(demand: Demand) -> tuple[str, ...]:
    """Return the tables that the words name, in their order."""
    return tuple(dict.fromkeys(m.table for m in demand.inquiry.named_tables))
