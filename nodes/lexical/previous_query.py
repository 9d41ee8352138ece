"""What the value index is told of the previous query."""

from __future__ import annotations

from typing import NamedTuple

from nodes.lexical.interpretation import column_of
from nodes.plan import Plan
from nodes.plan.constraints import constraints
from nodes.plan.traversal import table_names
from value_index.schema import ColumnRef


class PreviousQuery(NamedTuple):
    """Tables, compared columns and shown tables of the previous plan."""

    tables: tuple[str, ...] = ()
    columns: tuple[ColumnRef, ...] = ()
    """Compared with values."""
    shown: tuple[str, ...] = ()
    """Tables whose columns it shows; where it shows none (all of them, a count), those it reads."""

    @classmethod
    def of(cls, plan: Plan | None) -> PreviousQuery:
        """Look at a plan, where there is one."""
        if plan is None:
            return cls()
        tables = table_names(plan)
        compared = tuple(each.column for each in constraints(plan) if each.column)
        shown = tuple(dict.fromkeys(column.table for term in plan.select if (column := column_of(term))))
        return cls(tables, compared, shown or tables)
