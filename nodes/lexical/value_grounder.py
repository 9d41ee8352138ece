"""Grounder: which of the values that the index offers are meant, and in which column."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nodes.lexical.evidence import Evidence
from nodes.lexical.features.value import ValueFeatures
from nodes.lexical.value_candidates import ValueCandidate, ValueCandidates
from nodes.state import GroundedValue
from value_index.linear_model import Weights, probability
from value_index.matches import chance_of_any

NAMED_BESIDE = 0.95
"""The chance of a value that the words spell right beside the name of its column."""
CARRIED_SCORE = 0.9
"""The score of a value that is kept from the previous turn."""


@dataclass(frozen=True)
class Grounder:
    """The grounded values of one turn."""

    evidence: Evidence

    def values(self, weights: Weights, *, threshold: float, budget: int) -> tuple[GroundedValue, ...]:
        """Choose a column for every mention worth it, in order of appearance; then the values carried over.

        Args:
            weights: of the features of `ValueFeatures`.
            threshold: the least probability; below it a mention is left alone.
            budget: how many new values are given at most.
        """
        spans: dict[tuple[int, int], list[tuple[float, ValueCandidate]]] = {}
        features = ValueFeatures(self.evidence)
        candidates = ValueCandidates(self.evidence)
        for candidate in candidates.all():
            beside = candidates.named_beside(candidate)
            scored = (NAMED_BESIDE if beside else probability(features.of(candidate), weights), candidate)
            spans.setdefault((candidate.start, candidate.end), []).append(scored)
        ranked = [sorted(found, key=lambda pair: -pair[0]) for found in spans.values()]
        likely = sorted(((_chance(found), found) for found in ranked), key=lambda pair: -pair[0])
        chosen = [(chance, found) for chance, found in likely if chance >= threshold][:budget]
        chosen.sort(key=lambda pair: pair[1][0][1].start)
        return (*(self._grounded(chance, found) for chance, found in chosen), *self._carried())

    def _grounded(self, score: float, ranked: list[tuple[float, ValueCandidate]]) -> GroundedValue:
        best = ranked[0][1]
        return GroundedValue(
            mention=best.mention,
            column=best.column,
            value=best.value,
            operator=best.operator,
            score=score,
            runner_up=ranked[1][0] if len(ranked) > 1 else None,
            provenance=best.provenance,
            via=best.via,
        )

    def _carried(self) -> Iterator[GroundedValue]:
        """Yield the values of the constraints that the dialogue state keeps."""
        for constraint in self.evidence.constraints_before:
            if constraint in self.evidence.kept and constraint.column and constraint.aggregate is None:
                for value in constraint.values:
                    yield GroundedValue(
                        mention=str(value),
                        column=constraint.column,
                        value=value,
                        operator=constraint.operator,
                        score=CARRIED_SCORE,
                        provenance="carried",
                    )


def _chance(ranked: list[tuple[float, ValueCandidate]]) -> float:
    """Return how likely some words are a value of any column."""
    return chance_of_any((score, each.column, each.value, each.provenance) for score, each in ranked)
