"""Which stored values the question names."""

from __future__ import annotations

from pydantic import Field

from nodes.lexical.evidence import Evidence
from nodes.lexical.value_grounder import Grounder
from nodes.lexical.weights import lexical_weights
from nodes.node import Context, Variant
from nodes.state import GraphState, GroundedValue


class Skip(Variant):
    """Grounds nothing."""

    async def __call__(self, state: GraphState, context: Context) -> tuple[GroundedValue, ...]:
        return ()


class Fuzzy(Variant):
    """Judges the value index's matches by links and history; abstains below a threshold; carries kept values over."""

    threshold: float = Field(default_factory=lambda: lexical_weights().least_value, ge=0, le=1)
    """The least probability of a value; below it the mention is left alone."""
    budget: int = Field(default=4, ge=0)
    """How many new values a turn is given at most."""

    async def __call__(self, state: GraphState, context: Context) -> tuple[GroundedValue, ...]:
        grounder = Grounder(Evidence.of(state, context))
        return grounder.values(lexical_weights().value, threshold=self.threshold, budget=self.budget)


class Compact(Variant):
    """Takes the literals that the compact planner's plans compare, and the columns they compare them with."""

    threshold: float = Field(default=0.4, ge=0, le=1)
    """The least share of probability; a value below it is left alone."""
    beam: int = Field(default=8, ge=1, le=64)
    """Branches of the search."""
    weights: str = ""
    """A file made by `turnsql train compact --export`; the shipped one where empty."""

    async def __call__(self, state: GraphState, context: Context) -> tuple[GroundedValue, ...]:
        from nodes.compact import stage_outputs as stages  # onnxruntime takes a while to load
        from nodes.compact import turn_encoding as planner

        read = planner.load_planner(self.weights).understand(state, context)
        return stages.values(state, read, beam=self.beam, threshold=self.threshold)
