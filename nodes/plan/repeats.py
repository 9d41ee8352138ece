"""merged: a condition without its repeated parts."""

from __future__ import annotations

from operator import is_

from nodes.plan.model import Condition, Junction
from nodes.plan.traversal import conjuncts


def merged(condition: Condition | None) -> Condition | None:
    """Return a condition in which each part of a conjunction or disjunction stands once; itself if none is repeated.

    "branches in Shanghai": `city = 'Shanghai' AND city = 'Shanghai'` becomes `city = 'Shanghai'`.
    """
    if not isinstance(condition, Junction):
        return condition
    parts = condition.conditions if condition.kind == "or" else conjuncts(condition)
    whole = tuple(part if (mended := merged(part)) is None else mended for part in parts)
    once = tuple(dict.fromkeys(whole))
    if len(once) == len(parts) and all(map(is_, whole, parts)):
        return condition
    return once[0] if len(once) == 1 else Junction(kind=condition.kind, conditions=once)
