"""given_up_conditions: filters that the words take back, left out."""

from __future__ import annotations

from collections.abc import Iterator

from nodes.coverage.asked.references import columns_given_up, gives_up, limit_given_up
from nodes.coverage.demand import Demand
from nodes.plan import Condition, Plan
from nodes.plan.constraints import constraints
from nodes.plan.traversal import conjunction, conjuncts, table_names
from value_index.schema import ColumnRef


def given_up_conditions(plan: Plan, demand: Demand) -> Iterator[Plan]:
    """Yield the previous plan without the filters on a named column or table, and without any.

    "Now without the limit": all rows in place of the first three. "Regardless of the city": `WHERE city = 'Leeds' AND age > 30` becomes `WHERE age > 30`.
    """
    if plan == demand.previous and plan.limit is not None and limit_given_up(demand.inquiry):
        yield plan.model_copy(update={"limit": None, "offset": None})
    if plan != demand.previous or not gives_up(demand.inquiry) or plan.where is None:
        return
    taken_back = columns_given_up(demand.inquiry)
    named = taken_back or named_columns(demand)
    tables = {m.table.lower() for m in demand.inquiry.named_tables if not taken_back}
    parts = conjuncts(plan.where)
    kept = tuple(each for each in parts if not _speaks_of(each, named, tables))
    if len(kept) < len(parts):
        yield plan.model_copy(update={"where": conjunction(kept)})
    if kept and not taken_back:
        yield plan.model_copy(update={"where": None})


def named_columns(demand: Demand) -> frozenset[ColumnRef]:
    """Return the columns that the words of a turn may name."""
    return frozenset(ref for m in demand.evidence.named for ref, score in m.candidates if score >= 0.6)


def _speaks_of(condition: Condition, named: frozenset[ColumnRef], tables: set[str]) -> bool:
    found = constraints(Plan(where=condition))
    inner = {table.lower() for table in table_names(Plan(where=condition))}
    return any(each.column in named for each in found) or bool(inner & tables)
