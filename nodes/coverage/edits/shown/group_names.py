"""names_of_groups: what the things are called of which figures are told, in the place of a key that leads to them."""

from __future__ import annotations

from collections.abc import Iterator

from nodes.coverage.demand import Demand
from nodes.coverage.edits.shown.names_for_keys import with_names
from nodes.coverage.rows import key_of, row_key
from nodes.lexical.evidence import display_columns
from nodes.plan import ColumnTerm, Condition, Plan, Predicate
from nodes.plan.traversal import conjuncts
from value_index.schema import ColumnRef

_ASKED = frozenset(("id", "ids", "code", "codes", "key", "keys", "identifier", "identifiers", "number", "numbers"))


def names_of_groups(plan: Plan, demand: Demand) -> Iterator[Plan]:
    """Yield a plan that shows names of groups by a key, and one that groups by the key of what it shows.

    "Average size per sender": `SELECT sender_id, avg(size) ... GROUP BY sender_id` becomes `SELECT name ...`.
    """
    for term in group_keys_shown(plan, demand):
        yield from with_names(plan, term, demand)
    if (shown := _grouped_elsewhere(plan, demand)) is not None:
        yield plan.model_copy(update={"group_by": (row_key(shown, demand.schema),)})


def group_keys_shown(plan: Plan, demand: Demand) -> list[ColumnTerm]:
    """Return the keys to other tables that a plan shows as its groups, unless a word asks for keys."""
    if plan.set_operations or asks_for_keys(demand):
        return []
    return [
        term
        for term in plan.select
        if isinstance(term, ColumnTerm) and term in plan.group_by and key_of(term, demand.schema) is not None
    ]


def asks_for_keys(demand: Demand) -> bool:
    """Tell whether a word asks for keys or codes themselves."""
    return bool({word.text for word in demand.inquiry.utterance.words} & _ASKED)


def groups_elsewhere(plan: Plan, demand: Demand) -> bool:
    """Tell whether a plan groups by another key to the table whose rows it shows by name."""
    return _grouped_elsewhere(plan, demand) is not None


def _grouped_elsewhere(plan: Plan, demand: Demand) -> ColumnTerm | None:
    """Return a shown name of things that a plan counts by a key which no join of it goes by."""
    group = plan.group_by[0] if len(plan.group_by) == 1 else None
    shown = plan.select[0] if plan.select else None
    if not isinstance(group, ColumnTerm) or not isinstance(shown, ColumnTerm) or len(plan.tables) < 2:
        return None
    key = next((k for k in demand.schema.foreign_keys if k.source == group.ref), None)
    table = demand.schema.table(shown.table)
    if key is None or table is None or key.target.table != shown.table or shown.ref not in display_columns(table):
        return None
    joined = any(group.ref in (left, right) for join in plan.joins or () for left, right in _ends(join.on))
    return None if joined or plan.joins is None or shown.occurrence else shown


def _ends(condition: Condition | None) -> Iterator[tuple[ColumnRef, ColumnRef]]:
    for each in conjuncts(condition):
        if isinstance(each, Predicate) and isinstance(each.left, ColumnTerm):
            for term in each.right:
                if isinstance(term, ColumnTerm):
                    yield each.left.ref, term.ref
