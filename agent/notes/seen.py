"""Seen: what the rows of an answer, beside those of other plans, say of it."""

from __future__ import annotations

from agent.config import ExecutionSettings
from agent.notes.answer_confidence import answer_confidence
from agent.notes.other_reading import OtherReading, other_reading
from agent.notes.rivals import rivals
from nodes.compact.plan_parts import PlanParts
from nodes.coverage.demand import Demand
from nodes.coverage.unread import unanswered
from nodes.node import Context
from nodes.state import GraphState
from value_index.database import Result
from value_index.models import FrozenModel


class Seen(FrozenModel):
    """What is said of an answer whose planner gave a confidence."""

    confidence: float
    """The probability that the answer is right."""
    other_reading: OtherReading | None
    """A plan that comes close and gives other rows; None if none does, or the answer is sure."""
    again: bool
    """Whether the answer is the query of the turn before once more."""

    @classmethod
    def of(
        cls,
        state: GraphState,
        result: Result | None,
        context: Context,
        execution: ExecutionSettings,
        demand: Demand | None = None,
    ) -> Seen | None:
        """Run the plans that come near an answer beside it; None where they say nothing of it.

        Args:
            state: the answered turn.
            result: what its SQL gave.
            execution: what an answer may cost.
            demand: what the turn asks for, where it has been read already.
        """
        found = rivals(state, result, context, execution)
        first = state.plans[0] if state.plans else None
        if found is None or first is None or first.confidence is None or result is None:
            return None
        again = asks_again(state, context)
        words = unanswered(demand or Demand.of(state, context))
        confidence = answer_confidence(first.confidence, first.plan, found, result, again=again, unanswered=words)
        return cls(confidence=confidence, other_reading=other_reading(confidence, first.plan, found), again=again)


def asks_again(state: GraphState, context: Context) -> bool:
    """Tell whether the first plan of a turn is that of the turn before, however its joins are written."""
    earlier = context.analysis_of(state).earlier_plans
    before = earlier[-1] if earlier else None
    return before is not None and bool(state.plans) and PlanParts(state.plans[0].plan).key == PlanParts(before).key
