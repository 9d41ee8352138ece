"""lost_conditions: filters of the turn before that a plan gave up, put back."""

from __future__ import annotations

from collections.abc import Iterator

from nodes.coverage.asked.references import points_at_rows
from nodes.coverage.demand import Demand
from nodes.coverage.edits.joining import with_table
from nodes.plan import Call, ColumnTerm, Condition, Junction, Plan, Predicate
from nodes.plan.constraints import Constraint, constraints
from nodes.plan.sources import reads_tables_only
from nodes.plan.traversal import columns, conjunction, conjuncts
from value_index.schema import ColumnRef


def lost_conditions(plan: Plan, demand: Demand) -> Iterator[Plan]:
    """Yield a plan with the conditions of the turn before, but for those on a column that this turn speaks of.

    "Which of them cost less than 10 pounds?" after crime books: `genre_code = 'CRI' AND price < 10`.
    """
    before = demand.previous
    if before is None or plan.set_operations or before.set_operations or plan == before:
        return
    if not reads_tables_only(plan) or not _refers_back(demand):
        return
    held = frozenset(constraints(plan))
    lost = [each for each in conjuncts(before.where) if not _is_held(each, held) and not _is_spoken_of(each, demand)]
    changed: Plan | None = plan
    for each in lost:
        for table in _tables(each):
            changed = with_table(changed, table, demand.schema) if changed else None
    if changed is not None and lost:
        kept = tuple(each for each in conjuncts(changed.where) if each not in lost and not _is_among(each, lost))
        yield changed.model_copy(update={"where": conjunction((*lost, *kept))})


def _is_among(condition: Condition, lost: list[Condition]) -> bool:
    """Tell whether a condition is one of those that a lost one leaves open: Volvo of "Volvo or Scania"."""
    either = [each for each in lost if isinstance(each, Junction) and each.kind == "or"]
    return any(condition in each.conditions for each in either)


def _refers_back(demand: Demand) -> bool:
    """Tell whether the words lean on the turn before at all."""
    cues = demand.evidence.cues
    return demand.evidence.points_back > 0 or points_at_rows(demand.inquiry) or cues.narrow or cues.extend


def _tables(condition: Condition) -> list[str]:
    return list(dict.fromkeys(term.table for term in columns(condition) if term.outer == 0 and _own(condition, term)))


def _own(condition: Condition, term: ColumnTerm) -> bool:
    """Tell whether a column belongs to the block of the condition, not to a sub-plan in it."""
    left = getattr(condition, "left", None)
    inner = getattr(condition, "conditions", ())
    return left == term or any(_own(each, term) for each in inner)


def _spoken(demand: Demand) -> frozenset[ColumnRef]:
    return frozenset(each.options[0].column for each in demand.requirements)


def _is_spoken_of(condition: Condition, demand: Demand) -> bool:
    found = constraints(Plan(where=condition))
    of_part = isinstance(condition, Predicate) and isinstance(condition.left, Call)  # a month of a year
    times = {term.ref for term in columns(condition)} if of_part else set[ColumnRef]()
    return any(each.column in _spoken(demand) for each in found) or bool(times & _spoken(demand))


def _is_held(condition: Condition, held: frozenset[Constraint]) -> bool:
    """Tell whether a plan filters as a condition does, sub-plans included."""
    own = frozenset(constraints(Plan(where=condition)))
    return bool(own) and own <= held
