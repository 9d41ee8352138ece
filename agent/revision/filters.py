"""The filters in force in an answer, each with the question that brought it."""

from __future__ import annotations

from agent.revision.plan_of_turn import plan_of
from nodes.plan import Aggregate, AggregateFunction, ColumnTerm, LiteralTerm, Operator, Plan, Predicate
from nodes.plan.constraints import Scalar
from nodes.plan.filters import Clause, PlanFilter, plan_filters
from nodes.plan.render import condition_text
from nodes.state import GraphState
from value_index.models import FrozenModel
from value_index.schema import ColumnRef, Schema


class FilterInForce(FrozenModel):
    """One condition that the rows of an answer meet."""

    text: str
    """The condition in words: `town.name = 'Kiel'`."""
    clause: Clause
    """`having` where it is a condition on a group."""
    column: ColumnRef | None = None
    """What is compared; None where that is count(*), an expression, or several columns."""
    aggregate: AggregateFunction | None = None
    """The aggregate around the column, in HAVING."""
    operator: Operator | None = None
    """None where the filter is not one comparison."""
    values: tuple[Scalar, ...] = ()
    """Literals compared with; empty where it is compared with something else."""
    from_turn: int
    """Number of the question that brought it, 1 for the first."""


def filters_in_force(state: GraphState | None, schema: Schema) -> tuple[FilterInForce, ...]:
    """Return the filters of the latest answer; none where its SQL is no plan."""
    plan = plan_of(state.sql, schema) if state else None
    if state is None or plan is None:
        return ()
    earlier = [plan_of(turn.sql, schema) for turn in state.history]
    return tuple(_described(each, _from_turn(each, earlier)) for each in plan_filters(plan))


def _from_turn(found: PlanFilter, earlier: list[Plan | None]) -> int:
    """Return the number of the turn since which every answer has this filter."""
    number = len(earlier) + 1
    for plan in reversed(earlier):
        if plan is None or found not in plan_filters(plan):
            break
        number -= 1
    return number


def _described(found: PlanFilter, from_turn: int) -> FilterInForce:
    text, condition = condition_text(found.condition), found.condition
    if not isinstance(condition, Predicate):
        return FilterInForce(text=text, clause=found.clause, from_turn=from_turn)
    left = condition.left
    argument = left.argument if isinstance(left, Aggregate) else left
    return FilterInForce(
        text=text,
        clause=found.clause,
        column=argument.ref if isinstance(argument, ColumnTerm) else None,
        aggregate=left.function if isinstance(left, Aggregate) else None,
        operator=condition.operator,
        values=tuple(term.value for term in condition.right if isinstance(term, LiteralTerm)),
        from_turn=from_turn,
    )
