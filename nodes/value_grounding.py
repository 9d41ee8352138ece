"""Which stored values the question names."""

from __future__ import annotations

from pydantic import Field

from nodes.evidence import Evidence
from nodes.grounding import Grounder
from nodes.lexical_weights import LEAST_VALUE, VALUE
from nodes.node import Context, Variant
from nodes.state import GraphState, GroundedValue


class Skip(Variant):
    """Grounds nothing."""

    async def __call__(self, state: GraphState, context: Context) -> tuple[GroundedValue, ...]:
        return ()


class Fuzzy(Variant):
    """Judges the value index's matches by links and history; abstains below a threshold; carries kept values over."""

    threshold: float = Field(default=LEAST_VALUE, ge=0, le=1)
    """The least probability of a value; below it the mention is left alone."""
    budget: int = Field(default=4, ge=0)
    """How many new values a turn is given at most."""

    async def __call__(self, state: GraphState, context: Context) -> tuple[GroundedValue, ...]:
        grounder = Grounder(Evidence.of(state, context, matches=True))
        return grounder.values(VALUE, threshold=self.threshold, budget=self.budget)
