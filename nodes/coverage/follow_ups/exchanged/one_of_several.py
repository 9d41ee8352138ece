"""one_of_several: one of the values that the turn before let pass, where the words keep only it ("just the active ones")."""

from __future__ import annotations

from collections.abc import Iterator

from nodes.coverage.demand import Demand
from nodes.plan import ColumnTerm, Condition, Junction, LiteralTerm, Plan, Predicate, Term
from nodes.plan.traversal import conjunction, conjuncts


def one_of_several(demand: Demand) -> Iterator[Plan]:
    """Yield the plan before with a choice of values cut down to the one named, or to the others where that one is left out.

    "Just the active ones" after `status IN ('active', 'paused')`: `status = 'active'`.
    """
    before, cues = demand.previous, demand.evidence.cues
    if before is None or cues.count is not None or cues.extend or len(demand.requirements) > 1:
        return
    parts = conjuncts(before.where)
    for part in parts:
        left, values = _choice(part)
        said = [each for each in _named(left, demand) if LiteralTerm(value=each[0]) in values]
        if len(said) != 1:
            continue
        kept = [value for value in values if (value == LiteralTerm(value=said[0][0])) != said[0][1]]
        equal = Predicate(left=left, operator="=", right=(kept[0],))
        new = equal if len(kept) == 1 else Predicate(left=left, operator="in", right=tuple(kept))
        yield before.model_copy(update={"where": conjunction(tuple(new if each == part else each for each in parts))})
        return


def _named(left: Term | None, demand: Demand) -> list[tuple[str, bool]]:
    """Return the values of a column that the words name, each with whether it is to be left out."""
    inquiry = demand.inquiry
    if not isinstance(left, ColumnTerm):
        return []
    found = {
        m.value: inquiry.span(m.mention)[0]
        for m in inquiry.matches
        if m.column == left.ref and isinstance(m.value, str)
    }
    return [(value, inquiry.is_denied(at)) for value, at in found.items()]


def _choice(part: Condition) -> tuple[Term | None, tuple[Term, ...]]:
    """Return what a condition compares and the values that it lets pass; none unless these are two or more."""
    if isinstance(part, Predicate) and part.operator == "in" and len(part.right) > 1:
        return part.left, part.right
    if isinstance(part, Junction) and part.kind == "or":
        equal = [e for e in part.conditions if isinstance(e, Predicate) and e.operator == "=" and len(e.right) == 1]
        lefts = {each.left for each in equal}
        literal = all(isinstance(each.right[0], LiteralTerm) for each in equal)
        if len(equal) == len(part.conditions) and len(lefts) == 1 and literal:
            return equal[0].left, tuple(each.right[0] for each in equal)
    return None, ()
