"""opinions: what the network and the words think of the plans that either of them gives."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from math import exp, inf, prod

from nodes.compact.plan_parts import PARTS, Anatomy
from nodes.compact.turn_encoding import Understanding
from nodes.lexical.evidence import Evidence
from nodes.lexical.planner import scored_plans
from nodes.lexical.weights import READING
from value_index.linear_model import Features

LEAST_SCORE = -25.0
"""Log-probabilities below it are all as bad."""
LEAST_LEXICAL = -12.0
Numbers = tuple[int, ...]
"""The parts of a plan, each as a number: parts of pydantic models are slow to hash."""


def opinions(
    evidence: Evidence, understanding: Understanding, *, width: int, readings: int
) -> list[tuple[Anatomy, Features]]:
    """Return the plans of the network and of the words, with what both think of each."""
    beam = understanding.plans(width) if width else ()
    reading = scored_plans(evidence, READING, limit=readings) if readings else ()
    before = (evidence.previous,) if evidence.previous else ()
    others = [*(each.plan for each in reading), *before]
    scores = (*(score for _, score in beam), *understanding.scores(others))
    known = [dict[Hashable, int]() for _ in PARTS]
    plans: dict[Numbers, Anatomy] = {}
    network: dict[Numbers, float] = {}
    numbers: list[Numbers] = []
    for plan, score in zip((*(plan for plan, _ in beam), *others), scores, strict=True):
        anatomy = Anatomy(plan)
        parts = tuple(ids.setdefault(part, len(ids)) for ids, part in zip(known, anatomy.key, strict=True))
        numbers.append(parts)
        plans.setdefault(parts, anatomy)
        if score is not None:
            network[parts] = max(score, network.get(parts, LEAST_SCORE))
    read: dict[Numbers, float] = {}
    for parts, each in zip(numbers[len(beam) :], reading, strict=False):
        read[parts] = max(each.score, read.get(parts, -inf))
    best, most = max(network.values(), default=0.0), max(read.values(), default=0.0)
    said, agreed, shared = frozenset(numbers[: len(beam)]), _Agreement(network), _Agreement(read)
    out: list[tuple[Anatomy, Features]] = []
    for parts, anatomy in plans.items():
        score = network.get(parts, LEAST_SCORE)
        opinion: Features = {
            "network": score / 5,
            "network behind": max(LEAST_SCORE, score - best) / 5,
            "network_behind_root": -(max(0.0, min(-LEAST_SCORE, best - score)) ** 0.5),
            "network first": float(score == best),
            "network has no words": float(parts not in network),
            "beam": float(parts in said),
            "read": float(parts in read),
            "read behind": max(LEAST_LEXICAL, read.get(parts, -inf) - most) / 3,
            "read first": float(read.get(parts) == most),
            **_agreed(agreed.of(parts), shared.of(parts)),
        }
        out.append((anatomy, opinion))
    return out


class _Agreement:
    """How much of the probability lies on plans that share a part."""

    def __init__(self, scores: Mapping[Numbers, float]) -> None:
        best = max(scores.values(), default=0.0)
        mass = sum(exp(score - best) for score in scores.values())
        self._shares: dict[tuple[str, int], float] = {}
        for parts, score in scores.items():
            for name, part in zip(PARTS, parts, strict=True):
                self._shares[name, part] = self._shares.get((name, part), 0.0) + exp(score - best) / mass

    def of(self, parts: Numbers) -> dict[str, float]:
        """Return the share that agrees, part by part."""
        return {name: self._shares.get((name, part), 0.0) for name, part in zip(PARTS, parts, strict=True)}


def _agreed(network: Mapping[str, float], words: Mapping[str, float]) -> Features:
    """Return the shares of either side that agree with a plan's parts, and what both make of the whole."""
    means = [(network[name] + words[name]) / 2 for name in PARTS]
    return {
        **{f"network agrees: {name}": network[name] for name in PARTS},
        **{f"words agree: {name}": words[name] for name in PARTS},
        **{f"both agree: {name}": network[name] * words[name] for name in PARTS},
        "agreed in all": prod(max(0.02, mean) for mean in means),
        "agreed least": min(means),
    }
