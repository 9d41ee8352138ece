"""Choosing: plans of the network and readings of the words, ranked together by what speaks for each."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from math import exp, inf, prod

from nodes.compact.coverage_features import Heed
from nodes.compact.cue_features import Wording
from nodes.compact.network import WeightsError
from nodes.compact.plan_parts import PARTS, Anatomy
from nodes.compact.turn_encoding import Understanding, load_planner
from nodes.lexical.evidence import Evidence
from nodes.lexical.linear_model import (
    Features,
    Weights,
    probability,
    weighted,
)
from nodes.lexical.planner import scored_plans
from nodes.lexical.weights import READING
from nodes.node import Context
from nodes.plan import Plan
from nodes.state import GraphState, ScoredPlan

LEAST_SCORE = -25.0
"""Log-probabilities below it are all as bad."""
LEAST_LEXICAL = -12.0
Numbers = tuple[int, ...]
"""The parts of a plan, each as a number: parts of pydantic models are slow to hash."""


@dataclass(frozen=True)
class Candidate:
    """A plan, and the features by which it is chosen."""

    plan: Plan
    features: Features


def candidates(
    state: GraphState, context: Context, understanding: Understanding, *, width: int, readings: int
) -> list[Candidate]:
    """Gather the plans that a turn may mean.

    Args:
        state: the turn with its state, links and values.
        understanding: the network's.
        width: plans of its beam; 0 for none.
        readings: plans that the words allow; 0 for none.
    """
    beam = understanding.plans(width) if width else ()
    evidence = Evidence.of(state, context)
    reading = scored_plans(evidence, READING, limit=readings) if readings else ()
    others = [each.plan for each in reading]
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
    for parts, each in zip(numbers[len(beam) :], reading, strict=True):
        read[parts] = max(each.score, read.get(parts, -inf))
    best, most = max(network.values(), default=0.0), max(read.values(), default=0.0)
    said, agreed, shared = frozenset(numbers[: len(beam)]), _Agreement(network), _Agreement(read)
    ends, heed, wording = _Ends(state), Heed(evidence), Wording(evidence)
    out: list[Candidate] = []
    for parts, anatomy in plans.items():
        score = network.get(parts, LEAST_SCORE)
        features: Features = {
            "network": score / 5,
            "network behind": max(LEAST_SCORE, score - best) / 5,
            "network first": float(score == best),
            "network has no words": float(parts not in network),
            "beam": float(parts in said),
            "read": float(parts in read),
            "read behind": max(LEAST_LEXICAL, read.get(parts, -inf) - most) / 3,
            "read first": float(read.get(parts) == most),
            **_agreed(agreed.of(parts), shared.of(parts)),
            **ends.of(anatomy),
            **heed.of(anatomy),
            **wording.of(anatomy),
        }
        out.append(Candidate(anatomy.plan, {name: value for name, value in features.items() if value}))
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


def chosen(
    state: GraphState, context: Context, *, weights: str, beam: int, readings: int, most: int
) -> tuple[ScoredPlan, ...]:
    """Return the best plans of a turn, the first with the probability that it is right.

    Raises:
        WeightsError: the weights are missing, torn, of another version, or were never calibrated.
    """
    planner = load_planner(weights)
    choice: Mapping[str, Weights] | None = planner.network.about.get("choice")
    if not choice:
        raise WeightsError(f"the weights {weights!r} were never calibrated: turnsql train compact --export")
    found = candidates(state, context, planner.understand(state, context), width=beam, readings=readings)
    ranked = ranking(found, choice["plan"])[:most]
    sure = probability(confidence_features(ranked), choice["confidence"]) if ranked else None
    plans = [
        ScoredPlan(plan=each.plan, score=score, confidence=sure if rank == 0 else None)
        for rank, (each, score) in enumerate(ranked)
    ]
    return tuple(plans) or (ScoredPlan(plan=Plan(), score=0.0),)


def ranking(found: Sequence[Candidate], weights: Weights) -> list[tuple[Candidate, float]]:
    """Return the candidates with their scores, the best first."""
    scored = [(each, weighted(each.features, weights)) for each in found]
    return sorted(scored, key=lambda pair: -pair[1])


def confidence_features(ranked: Sequence[tuple[Candidate, float]]) -> Features:
    """Return what tells whether the first of a ranking is right."""
    (first, best), *rest = ranked
    share = 1.0 / sum(exp(score - best) for _, score in ranked)
    return {
        "bias": 1.0,
        "share": share,
        "margin": min(4.0, best - rest[0][1]) / 4 if rest else 1.0,
        "network": first.features.get("network", 0.0),
        "network first": first.features.get("network first", 0.0),
        "read first": first.features.get("read first", 0.0),
        "network has no words": first.features.get("network has no words", 0.0),
        "values unused": first.features.get("values unused", 0.0),
    }


class _Ends:
    """Whether a plan holds what the stages before say that it should."""

    def __init__(self, state: GraphState) -> None:
        dialogue = state.dialogue_state
        self._kept = frozenset(dialogue.kept) if dialogue else frozenset()
        self._dropped = frozenset(dialogue.dropped) if dialogue else frozenset()
        self._values = tuple({str(value.value).casefold(): value for value in state.grounded_values or ()}.values())

    def of(self, anatomy: Anatomy) -> Features:
        held, literals = anatomy.filters, anatomy.literals
        compared = {(c.column.folded, str(v).casefold()) for c in held if c.column for v in c.values}
        unused = [v for v in self._values if str(v.value).casefold() not in literals]
        elsewhere = [
            v for v in self._values if v not in unused and (v.column.folded, str(v.value).casefold()) not in compared
        ]
        return {
            "kept filters missing": float(len(self._kept - held)),
            "dropped filters held": float(len(self._dropped & held)),
            "values unused": sum(v.score for v in unused),
            "values elsewhere": sum(v.score for v in elsewhere),
        }
