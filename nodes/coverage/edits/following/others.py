"""the_others: the rows that a condition of the turn before left out, in the place of those that it chose."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nodes.coverage.demand import Demand
from nodes.plan import ColumnTerm, Condition, LiteralTerm, Operator, Plan, Predicate
from nodes.plan.traversal import columns, conjunction, conjuncts

_OTHERS = re.compile(
    r"^\W*(?:(?:and|now|ok|what|how|which|who|about|of|are|is|show|list|give|me|only|just|please)\b\W*)*"
    r"(?:the|all(?: the)?) (?:other(?:s| ones)?|rest|remaining(?: ones)?)\b(?: (?P<what>\w+))?\W*$",
    re.IGNORECASE,
)
_OPPOSITE: dict[Operator, Operator] = {
    "=": "!=", "!=": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">", "in": "not in", "not in": "in",
    "is null": "is not null", "is not null": "is null", "like": "not like", "not like": "like",
}  # fmt: skip


def the_others(plan: Plan, demand: Demand) -> Iterator[Plan]:
    """Yield the plan before with one of its conditions turned round: that of the things named, else the newest.

    "And the others?" after `WHERE country = 'Ireland' AND has_pool = 1`: `WHERE country = 'Ireland' AND has_pool = 0`.
    """
    if plan != demand.previous or plan.set_operations or not asks_for_others(demand):
        return
    parts = conjuncts(plan.where)
    turned = _chosen(parts, demand)
    if turned is not None and (opposite := _opposite(turned, demand)) is not None:
        where = conjunction(tuple(opposite if each == turned else each for each in parts))
        yield plan.model_copy(update={"where": where})


def others_of_groups(demand: Demand) -> Iterator[Plan]:
    """Yield the groups that a count left out, where nothing else chose them: `HAVING count(*) > 9` becomes `HAVING count(*) <= 9`."""
    before = demand.previous
    counted = conjuncts(before.having) if before is not None and asks_for_others(demand) else ()
    if before is None or before.where is not None or len(counted) != 1:
        return
    opposite = _opposite(counted[0], demand)
    if opposite is not None:
        yield before.model_copy(update={"having": opposite})


def asks_for_others(demand: Demand) -> bool:
    """Tell whether the words ask for the rows that were left out ("and the other ones?")."""
    return demand.previous is not None and bool(_OTHERS.match(demand.inquiry.utterance.text))


def _chosen(parts: tuple[Condition, ...], demand: Demand) -> Condition | None:
    """Return the condition that the others do not meet: on a named table or column, else new in the turn before."""
    named = {m.table.lower() for m in demand.inquiry.named_tables}
    of_named = [each for each in parts if named & {term.table.lower() for term in columns(each)}]
    earlier = demand.evidence.turn.earlier_plans
    older = frozenset(conjuncts(earlier[-2].where)) if len(earlier) > 1 and earlier[-2] else frozenset[Condition]()
    new = [each for each in parts if each not in older]
    found = of_named if len(of_named) == 1 else new or list(parts)
    return found[-1] if found else None


def _opposite(condition: Condition, demand: Demand) -> Condition | None:
    if not isinstance(condition, Predicate) or condition.operator not in _OPPOSITE:
        return None
    left, right = condition.left, condition.right
    flag = demand.inquiry.profiles.of(left.ref).flag if isinstance(left, ColumnTerm) else None
    if flag and condition.operator == "=" and len(right) == 1 and isinstance(right[0], LiteralTerm):
        other = flag[1] if right[0].value == flag[0] else flag[0]
        return condition.model_copy(update={"right": (LiteralTerm(value=other),)})
    return condition.model_copy(update={"operator": _OPPOSITE[condition.operator]})
