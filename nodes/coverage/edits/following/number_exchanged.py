"""number_exchanged: the number of the turn before exchanged for the one that is named now."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nodes.coverage.demand import Demand
from nodes.plan import Condition, LiteralTerm, Plan, Predicate
from nodes.plan.traversal import conjunction, conjuncts

_EXCHANGES = re.compile(
    r"\b(?:make (?:it|that|this|them)|(?:change|set|raise|lower|increase|reduce) (?:it|that|this)(?: to)?|instead|rather|i meant?|better)\b",
    re.IGNORECASE,
)
_COMPARED = frozenset(("<", "<=", ">", ">="))


def number_exchanged(plan: Plan, demand: Demand) -> Iterator[Plan]:
    """Yield the plan before with its only number exchanged: in a comparison, else in the number of rows.

    "Make it 20" after `WHERE price > 15`: `WHERE price > 20`; after `LIMIT 5`: `LIMIT 20`.
    """
    number = _number(demand)
    if plan != demand.previous or number is None:
        return
    where, having = conjuncts(plan.where), conjuncts(plan.having)
    compared = [each for each in (*where, *having) if _compares_number(each)]
    if len(compared) == 1:
        (old,) = compared
        assert isinstance(old, Predicate)
        new = old.model_copy(update={"right": (LiteralTerm(value=number),)})
        update = {
            "where": conjunction(tuple(new if each is old else each for each in where)),
            "having": conjunction(tuple(new if each is old else each for each in having)),
        }
        yield plan.model_copy(update=update)
    elif not compared and plan.limit is not None and isinstance(number, int) and number > 0:
        yield plan.model_copy(update={"limit": number})


def _number(demand: Demand) -> int | float | None:
    """Return the only number of a turn that exchanges something; None if it names none, or a time."""
    said = demand.inquiry.only_number
    return said[1] if said is not None and _EXCHANGES.search(demand.inquiry.utterance.text) else None


def _compares_number(condition: Condition) -> bool:
    if not isinstance(condition, Predicate) or condition.operator not in _COMPARED or len(condition.right) != 1:
        return False
    right = condition.right[0]
    return isinstance(right, LiteralTerm) and isinstance(right.value, int | float)
