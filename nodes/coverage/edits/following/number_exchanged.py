"""number_exchanged: the number of the turn before exchanged where the words say so: "Make it 20".

Where a number stands alone ("What about 20?") nothing says that it exchanges another: that is a requirement, `number_alone`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from nodes.coverage.demand import Demand
from nodes.coverage.requirements.measured import in_units_of
from nodes.plan import ColumnTerm, Condition, LiteralTerm, Plan, Predicate
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
    said = demand.inquiry.only_number
    if plan != demand.previous or said is None or not _EXCHANGES.search(demand.inquiry.utterance.text):
        return
    at, number = said
    where, having = conjuncts(plan.where), conjuncts(plan.having)
    compared = [each for each in (*where, *having) if _compares_number(each)]
    if len(compared) == 1:
        (old,) = compared
        assert isinstance(old, Predicate)
        if isinstance(old.left, ColumnTerm):
            number = in_units_of(demand.inquiry, old.left.ref, number, at)
        new = old.model_copy(update={"right": (LiteralTerm(value=number),)})
        update = {
            "where": conjunction(tuple(new if each is old else each for each in where)),
            "having": conjunction(tuple(new if each is old else each for each in having)),
        }
        yield plan.model_copy(update=update)
    elif not compared and plan.limit is not None and isinstance(number, int) and number > 0:
        yield plan.model_copy(update={"limit": number})


def _compares_number(condition: Condition) -> bool:
    if not isinstance(condition, Predicate) or condition.operator not in _COMPARED or len(condition.right) != 1:
        return False
    right = condition.right[0]
    return isinstance(right, LiteralTerm) and isinstance(right.value, int | float)
