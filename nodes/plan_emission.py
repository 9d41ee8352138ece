"""The query as a typed plan, several readings best first."""

from __future__ import annotations

from pydantic import Field

from nodes.emission import scored_plans
from nodes.evidence import Evidence
from nodes.lexical_weights import READING
from nodes.node import Context, Variant
from nodes.plan import Plan
from nodes.state import GraphState, ScoredPlan


class Skip(Variant):
    """Emits the empty plan."""

    async def __call__(self, state: GraphState, context: Context) -> tuple[ScoredPlan, ...]:
        return (ScoredPlan(plan=Plan(), score=0.0),)


class Lexical(Variant):
    """Generates the readings that the words allow, fresh or as edits of the previous plan, and ranks them."""

    readings: int = Field(default=5, ge=1)
    """How many plans are given at most."""

    async def __call__(self, state: GraphState, context: Context) -> tuple[ScoredPlan, ...]:
        return scored_plans(Evidence.of(state, context), READING, limit=self.readings)
