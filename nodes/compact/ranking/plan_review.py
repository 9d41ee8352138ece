"""PlanReview: what the planner says of a plan from elsewhere, in the words in which it ranks its own.

A model's `SELECT name, age FROM singer` for "the oldest singer's name": the network's log-probability of that plan, the
words that it leaves out, the filters of the turn before that it forgot, and the score that all of it adds up to.
"""

from __future__ import annotations

from dataclasses import dataclass

from nodes.compact.names.schema_as_said import context_as_said
from nodes.compact.ranking.features.all_features import PlanFeatures
from nodes.compact.ranking.opinions import Opinions
from nodes.compact.ranking.rerank import choice_of
from nodes.compact.turn_encoding import Understanding, load_planner
from nodes.lexical.evidence import Evidence
from nodes.node import Context
from nodes.sql.errors import SQLError
from nodes.sql.to_plan import to_plan
from nodes.state import GraphState
from value_index.linear_model import Weights, weighted

BEAM, READINGS = 8, 20
"""The planner's plans that a plan is set against."""


@dataclass(frozen=True)
class PlanReview:
    """One turn, to hold plans from elsewhere against."""

    opinions: Opinions
    judge: PlanFeatures
    understanding: Understanding
    weights: Weights

    @classmethod
    def of(cls, state: GraphState, context: Context, weights: str = "") -> PlanReview:
        """Read a turn once for all of its plans.

        Args:
            state: the turn with its state, links and values.
            weights: the file of the network; the one that comes with the project if empty.

        Raises:
            WeightsError: the weights are missing, torn, of another version, or were never calibrated.
        """
        planner = load_planner(weights)
        context = context_as_said(state, context, planner.network)
        understanding, evidence = planner.understand(state, context), Evidence.of(state, context)
        return cls(
            Opinions(evidence, understanding, width=BEAM, readings=READINGS),
            PlanFeatures.of(state, context, evidence),
            understanding,
            choice_of(planner, weights)["plan"],
        )

    def score(self, sql: str) -> float | None:
        """Return how well the planner thinks of a SQL text, comparable within one turn; None if it is no plan."""
        try:
            plan = to_plan(sql, self.understanding.schema)
        except SQLError:
            return None
        parts, opinion = self.opinions.of(plan)
        return weighted(self.judge.candidate(plan, opinion, parts=parts).features, self.weights)
