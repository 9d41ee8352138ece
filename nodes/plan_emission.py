"""The query as a typed plan, several readings best first."""

from __future__ import annotations

from nodes.node import Context, Variant
from nodes.plan import Plan
from nodes.state import GraphState, ScoredPlan


class Skip(Variant):
    """Emits the empty plan."""

    async def __call__(self, state: GraphState, context: Context) -> tuple[ScoredPlan, ...]:
        return (ScoredPlan(plan=Plan(), score=0.0),)
