"""in_stored_units: numbers of the words exchanged for what a column stores, wherever a plan compares them."""

from __future__ import annotations

from collections.abc import Iterator

from nodes.coverage.demand import Demand
from nodes.coverage.plan_filters import leaves
from nodes.coverage.requirement import Option
from nodes.lexical.comparisons import number_of
from nodes.plan import ColumnTerm, LiteralTerm, Plan, PlanModel, Predicate
from nodes.plan.traversal import rewrite


def in_stored_units(plan: Plan, demand: Demand) -> Iterator[Plan]:
    """Yield a plan with each length of time in the unit of its column.

    "No songs over 10 minutes": `NOT IN (SELECT ... WHERE milliseconds > 10)` becomes `... > 600000)`.
    """
    changed = plan
    for requirement in demand.requirements:
        said = number_of(requirement.mention) if requirement.kind == "number" else None
        for option in requirement.options if said is not None else ():
            changed = _exchanged(changed, option, said)
    if changed != plan:
        yield changed


def _exchanged(plan: Plan, option: Option, said: int | float | None) -> Plan:
    stored = [term for leaf in leaves(option.conditions) for term in leaf.right if isinstance(term, LiteralTerm)]
    if len(stored) != 1 or not isinstance(stored[0].value, int | float) or stored[0].value == said:
        return plan
    raw, column = LiteralTerm(value=said), option.column

    def change(part: PlanModel) -> PlanModel:
        if not isinstance(part, Predicate) or not isinstance(part.left, ColumnTerm) or part.left.ref != column:
            return part
        if raw not in part.right:
            return part
        return part.model_copy(update={"right": tuple(stored[0] if term == raw else term for term in part.right)})

    return rewrite(plan, change)
