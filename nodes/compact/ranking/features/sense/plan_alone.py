"""What makes no sense in a plan by itself, whatever the words: `day < 'Rome'`, `x NOT IN (SELECT x FROM the same table)`."""

from __future__ import annotations

from nodes.plan import (
    RANGE_OPERATORS,
    ColumnTerm,
    Condition,
    LiteralTerm,
    Plan,
    Predicate,
    SubPlan,
    TableSource,
)
from nodes.plan.traversal import columns, conjuncts


def is_text_range(part: Predicate) -> bool:
    """Tell whether a column is asked to lie before, after or between texts without a digit."""
    if part.operator not in RANGE_OPERATORS or not isinstance(part.left, ColumnTerm):
        return False
    texts = [term.value for term in part.right if isinstance(term, LiteralTerm) and isinstance(term.value, str)]
    return any(not any(letter.isdigit() for letter in text) for text in texts)


def orders_by_constant(plan: Plan) -> bool:
    """Tell whether a plan orders by a column that must equal a literal."""
    ordered = {term.ref.folded for each in plan.order_by for term in columns(each)}
    return any(
        isinstance(leaf, Predicate) and leaf.operator == "=" and isinstance(leaf.left, ColumnTerm)
        and leaf.left.ref.folded in ordered and isinstance(leaf.right[0], LiteralTerm)
        for leaf in conjuncts(plan.where)
    )  # fmt: skip


def pairs_roles(plan: Plan) -> bool:
    """Tell whether a plan shows the same column of two occurrences of a table."""
    shown = [(term.ref.folded, term.occurrence) for term in plan.select if isinstance(term, ColumnTerm)]
    return len({column for column, _ in shown}) < len(set(shown))


def is_own_member(part: Predicate, plan: Plan) -> bool:
    """Tell whether a column is compared with all of its own values: `x NOT IN (SELECT x FROM the same table)`."""
    if part.operator not in ("in", "not in") or len(part.right) != 1:
        return False
    inner = part.right[0]
    if not isinstance(inner, SubPlan) or not isinstance(part.left, ColumnTerm):
        return False
    sub, table = inner.plan, part.left.table.lower()
    where = [each for each in conjuncts(sub.where) if not _is_there(each, part.left)]
    chooses = bool(where) or sub.having is not None or sub.limit is not None or bool(sub.set_operations)
    same = all(isinstance(s, TableSource) and s.table.lower() == table for s in sub.tables)
    return not chooses and same and any(isinstance(s, TableSource) and s.table.lower() == table for s in plan.tables)


def _is_there(condition: Condition, term: ColumnTerm) -> bool:
    """Tell whether a condition says no more of a column than that it has a value."""
    left = condition.left if isinstance(condition, Predicate) and condition.operator == "is not null" else None
    return isinstance(left, ColumnTerm) and left.ref.folded == term.ref.folded


def shows_absent(plan: Plan) -> bool:
    """Tell whether a plan shows a column that a condition says has no value: the emails of "guests without an email"."""
    absent = {
        leaf.left.ref.folded
        for leaf in conjuncts(plan.where)
        if isinstance(leaf, Predicate) and leaf.operator == "is null" and isinstance(leaf.left, ColumnTerm)
    }
    return any(isinstance(term, ColumnTerm) and term.ref.folded in absent for term in plan.select)
