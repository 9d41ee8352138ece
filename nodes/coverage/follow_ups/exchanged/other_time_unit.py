"""other_time_unit: the figures of each part of a time, of another part of it ("by month instead")."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from nodes.coverage.calculations.time_units import FORMATS
from nodes.coverage.demand import Demand
from nodes.plan import Call, ColumnTerm, LiteralTerm, Plan, PlanModel
from nodes.plan.traversal import columns, rewrite, walk

MOST_WORDS = 5
"""Words of a turn that only names another part of a time."""


def other_time_unit(demand: Demand) -> Iterator[Plan]:
    """Yield the plan before with the part of a time that it groups by exchanged.

    "By month instead" after `GROUP BY strftime('%Y', paid_on)`: `GROUP BY strftime('%Y-%m', paid_on)`.
    """
    before, asked, evidence = demand.previous, demand.time_unit, demand.evidence
    if before is None or asked is None or demand.requirements or evidence.cues.count is not None:
        return
    if len(demand.inquiry.utterance.words) > MOST_WORDS or evidence.aggregates or evidence.superlatives or demand.sales:
        return
    parts = [part for term in before.group_by for part in walk(term) if _is_part_of_time(part)]
    if len(set(parts)) == 1 and before.limit is None:
        (column,) = list(columns(parts[0]))[:1]
        changed = rewrite(before, partial(_exchanged, old=parts[0], new=asked.of(column.ref)))
        if changed != before:
            yield changed


def _is_part_of_time(part: PlanModel) -> bool:
    if not isinstance(part, Call) or part.function != "strftime" or len(part.arguments) != 2:
        return False
    form, column = part.arguments
    return isinstance(form, LiteralTerm) and form.value in FORMATS.values() and isinstance(column, ColumnTerm)


def _exchanged(part: PlanModel, old: PlanModel, new: PlanModel) -> PlanModel:
    return new if part == old else part
