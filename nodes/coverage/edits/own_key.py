"""through_own_key: rows whose key leads to the row that is spoken of, in place of that row itself."""

from __future__ import annotations

from collections.abc import Iterator

from nodes.coverage.asked.own_keys import OwnKeyAsked
from nodes.coverage.demand import Demand
from nodes.coverage.rows import row_names
from nodes.plan import ColumnTerm, Condition, Plan, Predicate, Star, SubPlan, TableSource, Term
from nodes.plan.traversal import columns, conjunction, conjuncts


def through_own_key(plan: Plan, demand: Demand) -> Iterator[Plan]:
    """Yield a plan that asks of the row referred to what it asked of the row itself.

    "Who reports to Ada?": `WHERE first_name = 'Ada'` becomes `WHERE reports_to IN (SELECT id ... WHERE first_name = 'Ada')`.
    """
    asked = demand.own_key
    if asked is None or plan.set_operations or plan.tables != (TableSource(table=asked.key.table),):
        return
    table = demand.schema.table(asked.key.table)
    assert table is not None
    kept = [each for each in conjuncts(plan.where) if not _is_spoken_of(each, asked)]
    of_key = [isinstance(term, ColumnTerm) and term.ref in (asked.key, asked.target) for term in plan.select]
    named: tuple[Term, ...] = row_names(table)
    update = {"where": conjunction((*kept, other_row(asked))), "select": named if all(of_key) else plan.select}
    yield plan.model_copy(update=update)


def other_row(asked: OwnKeyAsked) -> Condition:
    """Return the condition that a row's key leads to the one that is spoken of, or that its key leads to the row."""
    here, there = (asked.target, asked.key) if asked.upward else (asked.key, asked.target)
    inner = Plan(
        select=(ColumnTerm.of(there),),
        tables=(TableSource(table=asked.key.table),),
        where=conjunction(asked.conditions),
    )
    return Predicate(left=ColumnTerm.of(here), operator="in", right=(SubPlan(plan=inner),))


def goes_through_own_key(plan: Plan, asked: OwnKeyAsked) -> bool:
    """Tell whether a plan compares the key with rows, or reads the table twice, each time for what it stands for."""
    copies = [s for s in plan.tables if isinstance(s, TableSource) and s.table.lower() == asked.key.table.lower()]
    here = asked.target if asked.upward else asked.key
    if len(copies) > 1:
        return _shows_the_other(plan, asked)
    return any(
        isinstance(each, Predicate)
        and isinstance(each.left, ColumnTerm)
        and each.left.ref == here
        and any(isinstance(term, SubPlan) for term in each.right)
        for each in conjuncts(plan.where)
    )


def _shows_the_other(plan: Plan, asked: OwnKeyAsked) -> bool:
    """Tell whether a plan over two copies of a table shows the one that is asked for, and compares the other."""
    ends = {
        term.ref: term.occurrence
        for join in plan.joins or ()
        for leaf in conjuncts(join.on)
        if isinstance(leaf, Predicate)
        for term in (leaf.left, *leaf.right)
        if isinstance(term, ColumnTerm) and term.ref in (asked.key, asked.target)
    }
    wanted, known = (asked.target, asked.key) if asked.upward else (asked.key, asked.target)
    spoken_of = {term.ref for condition in asked.conditions for term in columns(condition)}
    compared = [term for each in conjuncts(plan.where) for term in columns(each) if term.ref in spoken_of]
    shown = [term for each in plan.select for term in columns(each) if term.table.lower() == asked.key.table.lower()]
    stars = any(isinstance(term, Star) for term in plan.select)
    return (
        not stars
        and all(term.occurrence == ends.get(known) for term in compared)
        and all(term.occurrence == ends.get(wanted) for term in shown)
    )


def _is_spoken_of(condition: Condition, asked: OwnKeyAsked) -> bool:
    """Tell whether a condition says of the row itself what the words say of the other one."""
    left = condition.left if isinstance(condition, Predicate) else None
    return condition in asked.conditions or (isinstance(left, ColumnTerm) and left.ref == asked.key)
