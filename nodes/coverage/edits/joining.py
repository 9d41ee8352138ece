"""with_table: a plan joined to one more table, its own joins left as they are."""

from __future__ import annotations

from nodes.plan import ColumnTerm, Join, Plan, Predicate, TableSource
from nodes.plan.sources import source_tables
from nodes.plan.traversal import conjunction, walk_block
from nodes.sql.joins.fill import with_joins
from nodes.sql.joins.tree import JoinStep, join_path
from value_index.schema import Schema


def with_table(plan: Plan, table: str, schema: Schema) -> Plan | None:
    """Return a plan with a table among its sources, bridges included; None if nothing links it to them.

    `airline` with `city`, over keys: `airline JOIN route JOIN airport JOIN city`.
    """
    names = [table.lower() for table in source_tables(plan)]
    if table.lower() in names:
        return plan
    if len(names) != len(plan.tables) or len(set(names)) != len(names):
        return None
    given = source_tables(plan)
    steps = join_path([*given, table], schema)
    if any(step.parent is None for step in steps[1:]):
        return None
    if plan.joins is None or len(plan.tables) == 1:
        return with_joins(
            plan.model_copy(update={"tables": (*plan.tables, TableSource(table=table)), "joins": None}), schema
        )
    added = [step for step in steps if step.table.lower() not in names]
    places = [*names, *(step.table.lower() for step in added)]
    if len(set(places)) != len(places):
        return None
    joins = tuple(_join(step, steps, set(places[: len(names) + n])) for n, step in enumerate(added))
    if any(join is None for join in joins):
        return None
    sources = tuple(TableSource(table=step.table) for step in added)
    return plan.model_copy(update={"tables": (*plan.tables, *sources), "joins": (*plan.joins, *joins)})


def _join(step: JoinStep, steps: tuple[JoinStep, ...], placed: set[str]) -> Join | None:
    """Return the join of a step to the tables before it, whichever end of an edge it is."""
    edges = [(steps[other.parent], other) for other in steps if other.parent is not None]
    for parent, child in edges:
        ends = {parent.table.lower(): 0, child.table.lower(): 1}
        if step.table.lower() in ends and any(name in placed for name in ends if name != step.table.lower()):
            pairs = tuple(
                Predicate(
                    left=ColumnTerm(table=parent.table, column=left),
                    operator="=",
                    right=(ColumnTerm(table=child.table, column=right),),
                )
                for left, right in child.pairs
            )
            return Join(on=conjunction(pairs))
    return None


def needed_tables(plan: Plan) -> frozenset[str]:
    """Return the tables whose columns a block uses outside its joins, folded."""
    bare = plan.model_copy(update={"joins": ()})
    return frozenset(
        part.table.lower() for part in walk_block(bare) if isinstance(part, ColumnTerm) and part.outer == 0
    )
