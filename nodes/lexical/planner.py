"""scored_plans: the interpretations of a turn as plans with their joins, best first."""

from __future__ import annotations

from nodes.lexical.candidates import candidates
from nodes.lexical.evidence import Evidence
from nodes.lexical.features.interpretation import interpretation_features
from nodes.lexical.to_plan import plan_of
from nodes.plan import Plan
from nodes.state import ScoredPlan
from value_index.linear_model import Weights, weighted


def scored_plans(evidence: Evidence, weights: Weights, *, limit: int) -> tuple[ScoredPlan, ...]:
    """Return up to `limit` different plans.

    Args:
        evidence: the turn with its state, links and values.
        weights: of `interpretation_features`.
    """
    ranked = sorted(
        (
            (weighted(interpretation_features(interpretation, evidence), weights), interpretation)
            for interpretation in candidates(evidence)
        ),
        key=lambda pair: -pair[0],
    )
    found: dict[Plan, float] = {}
    for score, interpretation in ranked:
        if len(found) == limit:
            break
        if (plan := plan_of(interpretation, evidence)) is not None:
            found.setdefault(plan, score)
    return tuple(ScoredPlan(plan=each, score=score) for each, score in found.items())
