"""Candidate: a plan that a turn may mean, with what speaks for it; and the ranking of candidates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from nodes.plan import Plan
from value_index.linear_model import Features, Weights, weighted


@dataclass(frozen=True)
class Candidate:
    """A plan, and the features by which it is chosen."""

    plan: Plan
    features: Features
    opinion: Features = field(default_factory=dict[str, float])
    """Those of the features that say what the network and the words think of the plan."""
    edits: tuple[str, ...] = ()
    """The edits that made it of another candidate, in order."""


def ranking(found: Sequence[Candidate], weights: Weights) -> list[tuple[Candidate, float]]:
    """Return the candidates with their scores, the best first."""
    scored = [(each, weighted(each.features, weights)) for each in found]
    return sorted(scored, key=lambda pair: -pair[1])


def distinct(ranked: Sequence[tuple[Candidate, float]]) -> list[tuple[Candidate, float]]:
    """Return a ranking in which each plan stands once, where it ranks best."""
    seen: set[Plan] = set()
    return [pair for pair in ranked if pair[0].plan not in seen and not seen.add(pair[0].plan)]
