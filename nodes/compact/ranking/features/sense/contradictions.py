"""contradicts: conditions that exclude each other: `born >= '2005-08-01' AND born < '2005-08-01'`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nodes.coverage.edits.following.null_keys import null_keys
from nodes.coverage.rows import Occurrence, occurrence
from nodes.plan import (
    Call,
    ColumnTerm,
    Condition,
    Junction,
    LiteralTerm,
    Plan,
    Predicate,
    SetOperation,
)
from nodes.plan.traversal import conjuncts

LAST = "\uffff"
"""A character behind all those of stored texts."""
Bounds = list[tuple[bool, object, bool]]
"""The ends of a stretch: whether it is the lower end, what it is, whether that itself belongs to it."""


def contradicts(plan: Plan) -> bool:
    """Tell whether no row can meet all conditions: two values of a column, a stretch that ends before it begins, no value
    in a key along which it joins.

    `born >= '2005-08-01' AND born < '2005-08-01'` contradicts itself.
    """
    equal: dict[Occurrence | Call, set[str]] = {}
    """The values that columns, and parts of times such as months, must equal."""
    bounds: dict[Occurrence, Bounds] = {}
    conditions = conjuncts(plan.where)
    for leaf in conditions:
        if not isinstance(leaf, Predicate) or not isinstance(leaf.left, ColumnTerm | Call):
            continue
        compared = occurrence(leaf.left) if isinstance(leaf.left, ColumnTerm) else leaf.left
        values = [term.value for term in leaf.right if isinstance(term, LiteralTerm)]
        if leaf.operator == "=" and values:
            equal.setdefault(compared, set()).update(map(str, values))
        if not isinstance(compared, Call) and len(values) == len(leaf.right):
            bounds.setdefault(compared, []).extend(_bounds(leaf.operator, values))
    return (
        any(len(values) > 1 for values in equal.values())
        or any(map(_is_empty, bounds.values()))
        or any(_is_idle(each, equal) or _is_unlike_itself(each) for each in conditions)
        or bool(null_keys(plan))
        or any(_takes_all_away(plan, each) for each in plan.set_operations)
    )


def _is_unlike_itself(condition: Condition) -> bool:
    """Tell whether a column is compared with itself: `price > price`."""
    return isinstance(condition, Predicate) and condition.right == (condition.left,)


def _is_idle(condition: Condition, equal: Mapping[Occurrence | Call, set[str]]) -> bool:
    """Tell whether one of some alternatives can never hold: `(industry = 'x' OR country = 'FR') AND country = 'DE'`."""
    return isinstance(condition, Junction) and condition.kind == "or" and any(
        isinstance(each, Predicate) and each.operator == "=" and isinstance(each.left, ColumnTerm)
        and isinstance(each.right[0], LiteralTerm) and occurrence(each.left) in equal
        and str(each.right[0].value) not in equal[occurrence(each.left)]
        for each in condition.conditions
    )  # fmt: skip


def _takes_all_away(plan: Plan, operation: SetOperation) -> bool:
    """Tell whether everything is taken from itself: `SELECT id FROM loan EXCEPT SELECT id FROM loan`."""
    other = operation.plan
    chooses = other.where is not None or other.having is not None or other.limit is not None or other.set_operations
    same = other.select == plan.select and other.tables == plan.tables
    return operation.operator == "except" and same and not chooses


def _bounds(operator: str, values: Sequence[object]) -> Bounds:
    """Return the ends that a comparison gives to a stretch."""
    match operator, values:
        case ((">" | ">="), [value]):
            return [(True, value, operator == ">=")]
        case (("<" | "<="), [value]):
            return [(False, value, operator == "<=")]
        case "between", [first, last]:
            return [(True, first, True), (False, last, True)]
        case "like", [str() as text] if text.endswith("%") and not set("%_") & set(text[:-1]) and text[:1].isdigit():
            return [(True, text[:-1], True), (False, text[:-1] + LAST, True)]
        case _:
            return []


def _is_empty(bounds: Bounds) -> bool:
    """Tell whether an upper end lies before a lower one, or both are one value that does not belong to it."""
    return any(
        _is_before(high, low, touching=not (with_low and with_high))
        for is_low, low, with_low in bounds
        if is_low
        for is_low_too, high, with_high in bounds
        if not is_low_too
    )


def _is_before(high: object, low: object, *, touching: bool) -> bool:
    if isinstance(high, str) and isinstance(low, str):
        return high < low or (touching and high == low)
    if isinstance(high, int | float) and isinstance(low, int | float):
        return high < low or (touching and high == low)
    return False
