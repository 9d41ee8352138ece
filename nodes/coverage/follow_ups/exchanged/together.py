"""both_together: what the last turns asked of one value each, asked of all of them ("both together?")."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nodes.coverage.demand import Demand
from nodes.plan import Condition, LiteralTerm, Plan, Predicate
from nodes.plan.traversal import conjunction, conjuncts

_TOGETHER = re.compile(
    r"^\W*(?:(?:and|so|now|ok|okay|then|what|how|about|for|show|give|me|count|please)\b\W*)*"
    r"(?:(?P<all>all (?:of (?:them|those|these)|three|four)|all)|both|the two|these two|those two|the two of them)?(?: of (?:them|those|these))?"
    r"\W*(?P<word>together|combined|added up|added together|taken together|at once|as one|put together|in total|in all|altogether|overall)?\W*$",
    re.IGNORECASE,
)


def both_together(demand: Demand) -> Iterator[Plan]:
    """Yield the turn before, asked of the values of the turns that only differ in one.

    "Both together?" after `WHERE make = 'Volvo'` and `WHERE make = 'Scania'`: `WHERE make IN ('Volvo', 'Scania')`.
    """
    found = _TOGETHER.match(demand.inquiry.utterance.text)
    before = demand.previous
    if found is None or before is None or not _says_so(found):
        return
    values: list[Predicate] = []
    place: Condition | None = None
    for plan in reversed(demand.evidence.turn.earlier_plans[:-1]):
        pair = _exchanged(plan, before) if plan is not None else None
        if pair is None or (place is not None and pair[1] != place):
            break
        place = pair[1]
        values.append(pair[0])
        if not found["all"]:
            break
    if isinstance(place, Predicate):
        right = tuple(dict.fromkeys((*(v.right[0] for v in reversed(values)), place.right[0])))
        both = place.model_copy(update={"operator": "in", "right": right})
        where = conjunction(tuple(both if each == place else each for each in conjuncts(before.where)))
        yield before.model_copy(update={"where": where})


def _says_so(found: re.Match[str]) -> bool:
    """Tell whether words say that several things are meant at once: "all" alone says less."""
    text = found.group().strip().lower()
    return bool(found["word"]) or "both" in text or "two" in text or "three" in text or "four" in text


def _exchanged(old: Plan, new: Plan) -> tuple[Predicate, Predicate] | None:
    """Return the only comparison in which two plans differ, of both; None if they differ in more."""
    if old.model_copy(update={"where": None}) != new.model_copy(update={"where": None}):
        return None
    gone = [each for each in conjuncts(old.where) if each not in conjuncts(new.where)]
    come = [each for each in conjuncts(new.where) if each not in conjuncts(old.where)]
    if len(gone) != 1 or len(come) != 1:
        return None
    one, other = gone[0], come[0]
    if not (isinstance(one, Predicate) and isinstance(other, Predicate)) or one.left != other.left:
        return None
    literal = all(each.operator == "=" and isinstance(each.right[0], LiteralTerm) for each in (one, other))
    return (one, other) if literal else None
