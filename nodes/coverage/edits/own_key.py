"""through_own_key: rows whose key leads to the row that is spoken of, in place of that row itself."""

from __future__ import annotations

from collections.abc import Iterator

from nodes.coverage.demand import Demand
from nodes.coverage.own_keys import OwnKeyAsked
from nodes.lexical.evidence import display_columns
from nodes.plan import ColumnTerm, Condition, Plan, Predicate, SubPlan, TableSource, Term
from nodes.plan.traversal import conjunction, conjuncts


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
    named: tuple[Term, ...] = tuple(ColumnTerm.of(ref) for ref in display_columns(table))
    update = {"where": conjunction((*kept, other_row(asked))), "select": named if all(of_key) else plan.select}
    yield plan.model_copy(update=update)


def other_row(asked: OwnKeyAsked) -> Condition:
    """Return the condition that a row's key leads to the one that is spoken of."""
    inner = Plan(
        select=(ColumnTerm.of(asked.target),),
        tables=(TableSource(table=asked.key.table),),
        where=conjunction(asked.conditions),
    )
    return Predicate(left=ColumnTerm.of(asked.key), operator="in", right=(SubPlan(plan=inner),))


def goes_through_own_key(plan: Plan, asked: OwnKeyAsked) -> bool:
    """Tell whether a plan compares the key with rows, or reads the table twice."""
    copies = [s for s in plan.tables if isinstance(s, TableSource) and s.table.lower() == asked.key.table.lower()]
    return len(copies) > 1 or any(
        isinstance(each, Predicate)
        and isinstance(each.left, ColumnTerm)
        and each.left.ref == asked.key
        and any(isinstance(term, SubPlan) for term in each.right)
        for each in conjuncts(plan.where)
    )


def _is_spoken_of(condition: Condition, asked: OwnKeyAsked) -> bool:
    """Tell whether a condition says of the row itself what the words say of the other one."""
    left = condition.left if isinstance(condition, Predicate) else None
    return condition in asked.conditions or (isinstance(left, ColumnTerm) and left.ref == asked.key)
