"""Conditions that exclude each other, and columns shown beside groups that do not fix them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from nodes.coverage.demand import Demand
from nodes.coverage.edits.following.null_keys import null_keys
from nodes.coverage.fixed_rows import Occurrence, fixed_sources, occurrence, source
from nodes.plan import (
    Aggregate,
    Call,
    ColumnTerm,
    Condition,
    Junction,
    LiteralTerm,
    Plan,
    PlanModel,
    Predicate,
    SetOperation,
    TableSource,
    Term,
)
from nodes.plan.traversal import conjuncts, walk
from value_index.schema import Schema

LAST = "\uffff"
"""A character behind all those of stored texts."""
Bounds = list[tuple[bool, object, bool]]
"""The ends of a stretch: whether it is the lower end, what it is, whether that itself belongs to it."""


def contradicts(plan: Plan) -> bool:
    """Tell whether no row can meet the conditions on one column: two values, a stretch that ends before it begins, no value
    in a key along which it joins.

    `born >= '2005-08-01' AND born < '2005-08-01'` contradicts itself.
    """
    equal: dict[Occurrence, set[str]] = {}
    bounds: dict[Occurrence, Bounds] = {}
    for leaf in conjuncts(plan.where):
        if isinstance(leaf, Predicate) and isinstance(leaf.left, ColumnTerm):
            column, values = occurrence(leaf.left), [t.value for t in leaf.right if isinstance(t, LiteralTerm)]
            if leaf.operator == "=" and values:
                equal.setdefault(column, set()).update(map(str, values))
            if len(values) == len(leaf.right):
                bounds.setdefault(column, []).extend(_bounds(leaf.operator, values))
    parts: dict[Term, set[str]] = {}
    """The values that months and other parts of a time are to have."""
    for leaf in conjuncts(plan.where):
        if isinstance(leaf, Predicate) and isinstance(leaf.left, Call) and leaf.operator == "=":
            parts.setdefault(leaf.left, set()).update(str(t.value) for t in leaf.right if isinstance(t, LiteralTerm))
    clash = any(len(values) > 1 for values in (*equal.values(), *parts.values())) or any(
        map(_is_empty, bounds.values())
    )
    clash = clash or any(_is_idle(each, equal) for each in conjuncts(plan.where)) or bool(null_keys(plan))
    clash = clash or any(isinstance(each, Predicate) and each.right == (each.left,) for each in conjuncts(plan.where))
    return clash or any(_takes_all_away(plan, each) for each in plan.set_operations)


def _is_idle(condition: Condition, equal: Mapping[Occurrence, set[str]]) -> bool:
    """Tell whether one of some alternatives can never hold: `(industry = 'x' OR country = 'FR') AND country = 'DE'`."""
    return isinstance(condition, Junction) and condition.kind == "or" and any(
        isinstance(each, Predicate) and each.operator == "=" and isinstance(each.left, ColumnTerm)
        and isinstance(each.right[0], LiteralTerm) and occurrence(each.left) in equal
        and str(each.right[0].value) not in equal[occurrence(each.left)]
        for each in condition.conditions
    )  # fmt: skip


def undetermined(plan: Plan, schema: Schema) -> int:
    """Return how many shown columns stand beside a group by a table's key that does not fix them.

    The titles of an artist's albums beside `GROUP BY artist.id`: which of them is shown is chance. A key that leads from
    the grouped table on (the country of a city) does fix what it leads to.
    """
    fixed = fixed_sources(plan, schema)
    if not fixed:
        return 0
    known = {occurrence(term) for term in plan.group_by if isinstance(term, ColumnTerm)}
    shown = [term for term in plan.select if isinstance(term, ColumnTerm)]
    return sum(source(term) not in fixed and occurrence(term) not in known for term in shown)


def moved_out(plan: Plan, before: Plan) -> frozenset[Predicate]:
    """Return what the turn before asked of another row of a table, and a plan asks of the row itself.

    After `manager_id IN (SELECT id FROM worker WHERE name = 'Ada')`, `count(*) FROM worker WHERE name = 'Ada'` counts Ada.
    """
    there = _copies(before)
    if max(there.values(), default=0) < 2:
        return frozenset()
    here = _copies(plan)
    asked = {_first(leaf) for leaf in walk(before) if isinstance(leaf, Predicate)}
    leaves = [leaf for leaf in conjuncts(plan.where) if isinstance(leaf, Predicate)]
    return frozenset(
        leaf
        for leaf in leaves
        if isinstance(leaf.left, ColumnTerm) and there[leaf.left.table.lower()] > 1 == here[leaf.left.table.lower()]
        and _first(leaf) in asked and leaf not in conjuncts(before.where)
    )  # fmt: skip


def takes_time_for_key(comparisons: Sequence[Predicate], demand: Demand) -> bool:
    """Tell whether a key is compared with a time that the words name, and that no column of times may mean by it.

    "Races in 2024": `race_id = 2024`. What stands right after a table's name is its number: "race 2024".
    """
    words, numbered = demand.inquiry.utterance.words, {mention.end for mention in demand.evidence.mentions.tables}
    dated = [each for each in demand.requirements if each.kind == "date" and each.start not in numbered]
    times = {words[at].text for each in dated for at in range(each.start, each.end)}
    timed = {option.column.folded for each in dated for option in each.options}
    return any(
        {str(term.value) for term in each.right if isinstance(term, LiteralTerm)} & times
        for each in comparisons
        if isinstance(each.left, ColumnTerm)
        and each.left.ref in demand.inquiry.keys
        and each.left.ref.folded not in timed
    )


def takes_time_for_number(part: PlanModel, demand: Demand) -> bool:
    """Tell whether an aggregate adds up times, or a comparison holds one against a number: `birth_date > 60`."""
    if isinstance(part, Aggregate) and part.function in ("sum", "avg", "total"):
        return _is_time(part.argument, demand) or _is_plain_text(part.argument, demand)
    return (
        isinstance(part, Predicate)
        and bool(part.right)
        and all(isinstance(term, LiteralTerm) and isinstance(term.value, int | float) for term in part.right)
        and _is_time(part.left, demand)
    )


def _is_plain_text(term: Term | None, demand: Demand) -> bool:
    """Tell whether a term is a text of which no sum can be taken: a city, not a price kept as a text."""
    if not isinstance(term, ColumnTerm) or demand.schema.column(term.table, term.column) is None:
        return False
    profile = demand.inquiry.profiles.of(term.ref)
    is_text = demand.schema.describe(term.ref).kind == "text" and bool(profile.values)
    return is_text and not any(letter.isdigit() for value in profile.values for letter in str(value))


def _is_time(term: Term | None, demand: Demand) -> bool:
    if not isinstance(term, ColumnTerm) or demand.schema.column(term.table, term.column) is None:
        return False
    return demand.inquiry.profiles.of(term.ref).date_form == "iso"


def _copies(plan: Plan) -> Counter[str]:
    """Return how often a plan reads each table, subqueries included."""
    return Counter(part.table.lower() for part in walk(plan) if isinstance(part, TableSource))


def _first(condition: Condition) -> Condition:
    """Return a comparison as of the first occurrence of its table, where it compares with literals."""
    if isinstance(condition, Predicate) and isinstance(condition.left, ColumnTerm):
        return condition.model_copy(update={"left": condition.left.model_copy(update={"occurrence": 0})})
    return condition


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
