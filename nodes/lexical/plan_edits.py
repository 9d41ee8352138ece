"""Edits: the previous turn's plan, changed as a follow-up asks."""

from __future__ import annotations

from nodes.lexical.interpretation import (
    COUNT,
    Filter,
    Interpretation,
    order_of,
    split_filters,
    tables_of,
)
from nodes.plan import ColumnTerm, Condition, Negation, Plan, PlanSource, Predicate, SubPlan, Term
from nodes.plan.constraints import Constraint, constraints
from nodes.plan.sources import source_tables
from nodes.plan.traversal import conjunction, conjuncts


def edited(interpretation: Interpretation, previous: Plan, dropped: frozenset[Constraint]) -> Plan | None:
    """Return the previous plan with other projections, conditions or order; None where it does not allow that.

    Args:
        interpretation: what is asked for; its base says what stays.
        previous: the previous turn's plan.
        dropped: its constraints that are given up.
    """
    where, having = split_filters(_unsaid(interpretation, previous, dropped))
    kept_where = conjuncts(without_constraints(previous.where, dropped, previous))
    kept_having = conjuncts(without_constraints(previous.having, dropped, previous))
    changed = previous.model_copy(
        update={
            "select": _select(interpretation, previous),
            "distinct": interpretation.distinct or (previous.distinct and not interpretation.replaces),
            "where": conjunction((*kept_where, *(each for each in where if each not in kept_where))),
            "having": conjunction((*kept_having, *(each for each in having if each not in kept_having))),
        }
    )
    return _joined_up(_ordered(interpretation, changed), previous, interpretation)


def _unsaid(interpretation: Interpretation, previous: Plan, dropped: frozenset[Constraint]) -> tuple[Filter, ...]:
    """Return the filters that the previous plan does not hold already."""
    said = {(c.column, str(v).casefold()) for c in constraints(previous) if c not in dropped for v in c.values}
    return tuple(f for f in interpretation.filters if not any((f.column, str(v).casefold()) in said for v in f.values))


def _select(interpretation: Interpretation, previous: Plan) -> tuple[Term, ...]:
    asked = tuple(item.term for item in interpretation.select)
    if interpretation.base == "narrow":
        return previous.select
    return (
        previous.select + tuple(term for term in asked if term not in previous.select)
        if interpretation.base == "extend"
        else asked
    )


def _ordered(interpretation: Interpretation, plan: Plan) -> Plan:
    """Set grouping, order and limit: those of the interpretation, else those of the plan where they choose its rows."""
    group = tuple(ColumnTerm.of(column) for column in interpretation.group)
    if interpretation.replaces and not group and all(item.function for item in interpretation.select):
        return plan.model_copy(update={"group_by": (), "order_by": order_of(interpretation), "limit": None})
    chooses_rows = plan.limit is not None or plan.having is not None
    return plan.model_copy(
        update={
            "group_by": group or (plan.group_by if chooses_rows or not interpretation.replaces else ()),
            "order_by": order_of(interpretation) or plan.order_by,
            "limit": interpretation.sort.limit if interpretation.sort else plan.limit,
        }
    )


def _joined_up(plan: Plan, previous: Plan, interpretation: Interpretation) -> Plan | None:
    """Add the tables that an edit brings, or leave out those that it no longer needs; joins are then derived anew."""
    known = set(source_tables(previous))
    starred = bool(interpretation.select) and not any(item.column for item in interpretation.select)
    needed = tables_of(plan, (interpretation.focus,) if starred else ())
    plain = len(known) == len(previous.tables) and not plan.set_operations
    if interpretation.base == "pruned":
        bare = plan.model_copy(update={"joins": None})  # its conditions name the tables that are to go
        needed = tables_of(bare, (interpretation.focus,) if starred else ())
        pruned = bare.model_copy(update={"tables": needed})
        return pruned if plain and needed and len(needed) < len(known) else None
    new = tuple(source for source in needed if source.table not in known)
    if not new:
        return plan
    return plan.model_copy(update={"tables": (*previous.tables, *new), "joins": None}) if plain else None


def counted(plan: Plan) -> Plan:
    """Return the count of a plan's rows."""
    inner = plan.model_copy(update={"order_by": ()} if plan.limit is None else {})
    return Plan(select=(COUNT.term,), tables=(PlanSource(plan=inner),), joins=())


def nested(interpretation: Interpretation, previous: Plan) -> Plan | None:
    """Return a question about the rows of a set operation: `... WHERE name IN (SELECT name ... EXCEPT ...)`."""
    if len(previous.select) != 1 or not isinstance(shown := previous.select[0], ColumnTerm):
        return None
    where, having = split_filters(interpretation.filters)
    inner = previous.model_copy(update={"order_by": (), "limit": None})
    added = tuple(item.term for item in interpretation.select)
    plan = Plan(
        select=(shown, *added) if interpretation.base == "extend" else added,
        distinct=interpretation.distinct,
        where=conjunction((Predicate(left=shown, operator="in", right=(SubPlan(plan=inner),)), *where)),
        group_by=tuple(ColumnTerm.of(column) for column in interpretation.group),
        having=conjunction(having),
        order_by=order_of(interpretation),
        limit=interpretation.sort.limit if interpretation.sort else None,
    )
    return plan.model_copy(update={"tables": tables_of(plan, (shown.table,))})


def without_constraints(condition: Condition | None, dropped: frozenset[Constraint], plan: Plan) -> Condition | None:
    """Return a condition without the leaves whose constraints are dropped; None where nothing is left."""
    if condition is None or not dropped:
        return condition
    if isinstance(condition, Predicate):
        own = constraints(Plan(where=condition, tables=plan.tables))
        return None if own and set(own) <= dropped else condition
    if isinstance(condition, Negation):
        inner = without_constraints(condition.condition, dropped, plan)
        return None if inner is None else condition.model_copy(update={"condition": inner})
    left = tuple(
        inner for each in condition.conditions if (inner := without_constraints(each, dropped, plan)) is not None
    )
    if len(left) < 2:
        return left[0] if left else None
    return condition.model_copy(update={"conditions": left})
