"""A plan as it reads with the names that its SQL uses: T1.name where tables are joined, name where there is one table."""

from __future__ import annotations

from nodes.plan import ColumnTerm, DerivedTerm, Plan, PlanModel, PlanSource, SetOperation, Star, SubPlan, TableSource
from nodes.plan.render import condition_text, plan_lines
from nodes.plan.traversal import with_children
from nodes.sql.errors import SQLError
from nodes.sql.writing.block_names import BlockNames
from value_index.schema import Schema


def aliased_lines(plan: Plan, schema: Schema) -> list[str]:
    """Return one line for each clause of a plan whose joins are filled in, each table with its alias and its keys."""
    return plan_lines(_named(plan, (), schema))


def _named(plan: Plan, outer: tuple[BlockNames, ...], schema: Schema) -> Plan:
    """Return a plan to be read, not compiled: an alias stands in the name that it belongs to."""
    names = BlockNames.of(plan, outer, schema)
    stack = (names, *outer)

    def change(part: PlanModel) -> PlanModel:
        match part:
            case ColumnTerm() | DerivedTerm():
                return ColumnTerm(table="", column=_called(part, stack))
            case Star():
                return part if part.source is None else ColumnTerm(table="", column=names.star(part))
            case SubPlan() | PlanSource():
                return part.model_copy(update={"plan": _named(part.plan, stack, schema)})
            case SetOperation():
                return part.model_copy(update={"plan": _named(part.plan, outer, schema)})
            case _:
                return with_children(part, change)

    changed = with_children(plan, change)
    tables = [
        source.model_copy(update={"table": " ".join(filter(None, (source.table, alias)))})
        if isinstance(source, TableSource)
        else source
        for source, alias in zip(changed.tables, names.aliases, strict=True)
    ]
    for place, join in enumerate(changed.joins or (), start=1):
        source = tables[place] if place < len(tables) else None
        if join.on and isinstance(source, TableSource):
            tables[place] = source.model_copy(update={"table": f"{source.table} on {condition_text(join.on)}"})
    return changed.model_copy(update={"tables": tuple(tables)})


def _called(term: ColumnTerm | DerivedTerm, stack: tuple[BlockNames, ...]) -> str:
    """Return a column's name; as it stands where the plan does not have its table."""
    try:
        return stack[term.outer].column(term)
    except (SQLError, IndexError):
        return f"{term.table}.{term.column}" if isinstance(term, ColumnTerm) else f"column {term.position + 1}"
