"""Opinions: features that say what the network and the words think of the plans that either of them gives.

"How many books are there?" -> SELECT COUNT(*) FROM book: `network_first` and `read_first` if both put it first, and
`both_agree_select` by how much of either's probability lies on plans that show COUNT(*).
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from math import exp, inf, prod

from nodes.compact.plan_parts import PARTS, PlanParts
from nodes.compact.turn_encoding import Understanding
from nodes.coverage.asked.moves import goes_back_to, move_of, things_gone_back_to
from nodes.lexical.evidence import Evidence
from nodes.lexical.planner import scored_plans
from nodes.lexical.weights import lexical_weights
from nodes.plan import Plan
from value_index.linear_model import Feature, Features

FEATURES = (
    Feature("network", "The network's log-probability of the plan, over five."),
    Feature("network_behind", "How far it lies behind the network's best plan, over five."),
    Feature("network_behind_root", "Minus the square root of how far it lies behind."),
    Feature("network_first", "True if it is the network's best plan."),
    Feature(
        "network_has_no_words", "True if the network cannot write the plan: a literal is in no place that it points to."
    ),
    Feature(
        "network_had_no_words", "True if it cannot write the plan of the turn before either: it has nothing to say."
    ),
    Feature("beam", "True if the network's search gave the plan."),
    Feature("read", "True if the plan is an interpretation of the words."),
    Feature("read_behind", "How far it lies behind the best interpretation, over three."),
    Feature("read_first", "True if it is the best interpretation."),
    *(
        Feature(f"network_agrees_{part}", f"The share of the network's probability on plans of the same {part}.")
        for part in PARTS
    ),
    *(
        Feature(f"words_agree_{part}", f"The share of the interpretations' probability on plans of the same {part}.")
        for part in PARTS
    ),
    *(Feature(f"both_agree_{part}", f"The product of both shares for {part}.") for part in PARTS),
    Feature("agreed_in_all", "The product, over the parts, of the mean of both shares."),
    Feature("agreed_least", "The least, over the parts, of the mean of both shares."),
    Feature("asked_likelihood", "How much less the network thinks of it than before the edits that the words ask for."),
    Feature("edit_likelihood", "How much less the network thinks of it than before the other edits."),
)
LEAST_SCORE = -25.0
"""Log-probabilities below it are all as bad."""
LEAST_LEXICAL = -12.0
Numbers = tuple[int, ...]
"""The parts of a plan, each as a number: parts of pydantic models are slow to hash."""


class Opinions:
    """What the network and the words think of the plans of one turn, their own and any other."""

    def __init__(self, evidence: Evidence, understanding: Understanding, *, width: int, readings: int) -> None:
        beam = understanding.plans(width) if width else ()
        reading = scored_plans(evidence, lexical_weights().interpretation, limit=readings) if readings else ()
        earlier = evidence.turn.earlier_plans
        target = goes_back_to(move_of(evidence.turn.text), earlier, things_gone_back_to(evidence)) if earlier else None
        before = tuple(plan for plan in (evidence.previous, target) if plan is not None)
        others = [*(each.plan for each in reading), *before]
        scores = (*(score for _, score in beam), *understanding.scores(others))
        self._understanding = understanding
        previous = evidence.previous
        self._had_no_words = previous is not None and understanding.scores([previous])[0] is None
        self._known = [dict[Hashable, int]() for _ in PARTS]
        self._plans: dict[Numbers, PlanParts] = {}
        self._network: dict[Numbers, float] = {}
        numbers: list[Numbers] = []
        for plan, score in zip((*(plan for plan, _ in beam), *others), scores, strict=True):
            plan_parts = PlanParts(plan)
            numbers.append(parts := self._numbers(plan_parts))
            self._plans.setdefault(parts, plan_parts)
            if score is not None:
                self._network[parts] = max(score, self._network.get(parts, LEAST_SCORE))
        for plan in before:  # as they were written: edits of the turn before know it by its joins
            plan_parts = PlanParts(plan)
            self._plans[self._numbers(plan_parts)] = plan_parts
        self._read: dict[Numbers, float] = {}
        for parts, each in zip(numbers[len(beam) :], reading, strict=False):
            self._read[parts] = max(each.score, self._read.get(parts, -inf))
        self._best, self._most = max(self._network.values(), default=0.0), max(self._read.values(), default=0.0)
        self._said = frozenset(numbers[: len(beam)])
        self._agreed, self._shared = _Agreement(self._network), _Agreement(self._read)

    def of_own(self) -> list[tuple[PlanParts, Features]]:
        """Return the plans of the network and of the words, with what both think of each."""
        return [(plan_parts, self._of(parts, self._network.get(parts))) for parts, plan_parts in self._plans.items()]

    def of(self, plan: Plan) -> tuple[PlanParts, Features]:
        """Return a plan from elsewhere, with what both think of it."""
        plan_parts = PlanParts(plan)
        parts = self._numbers(plan_parts)
        score = self._network.get(parts)
        return plan_parts, self._of(parts, self._understanding.scores([plan])[0] if score is None else score)

    def _numbers(self, plan_parts: PlanParts) -> Numbers:
        return tuple(ids.setdefault(part, len(ids)) for ids, part in zip(self._known, plan_parts.key, strict=True))

    def _of(self, parts: Numbers, found: float | None) -> Features:
        score = LEAST_SCORE if found is None else max(LEAST_SCORE, found)
        behind = min(0.0, max(LEAST_SCORE, score - self._best))
        return {
            "network": score / 5,
            "network_behind": behind / 5,
            "network_behind_root": -((-behind) ** 0.5),
            "network_first": float(score == self._best),
            "network_has_no_words": float(found is None),
            "network_had_no_words": float(found is None and self._had_no_words),
            "beam": float(parts in self._said),
            "read": float(parts in self._read),
            "read_behind": max(LEAST_LEXICAL, self._read.get(parts, -inf) - self._most) / 3,
            "read_first": float(self._read.get(parts) == self._most),
            **_agreed(self._agreed.of(parts), self._shared.of(parts)),
        }


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
        **{f"network_agrees_{name}": network[name] for name in PARTS},
        **{f"words_agree_{name}": words[name] for name in PARTS},
        **{f"both_agree_{name}": network[name] * words[name] for name in PARTS},
        "agreed_in_all": prod(max(0.02, mean) for mean in means),
        "agreed_least": min(means),
    }
