# pyright: basic
"""Fits how sure the planner is of its first plan, on rankings of databases that the ranking was not fitted on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nodes.compact.ranking.confidence import confidence_features
from training.linear_models.fitting import fit_logistic
from training.ranking.design import Design
from value_index.linear_model import Features, Weights, probability

MOST = 5
"""Plans that the node gives: the confidence looks at no others."""
L2 = 2.0


@dataclass(frozen=True)
class Firsts:
    """The first plan of every turn under some scores."""

    rows: list[Features]
    """What the confidence is computed from."""
    right: np.ndarray

    def without(self, left_out: np.ndarray) -> Firsts:
        """Return those of the other turns."""
        return Firsts([row for row, out in zip(self.rows, left_out, strict=True) if not out], self.right[~left_out])


def firsts(design: Design, scores: np.ndarray) -> Firsts:
    """Rank the candidates of each turn, a plan standing once, and return the first of each."""
    rows, right = [], []
    for turn, start in zip(design.turns, design.starts, strict=True):
        order = sorted(range(len(turn.candidates)), key=lambda at: -scores[start + at])
        best: dict[int, int] = {}
        for at in order:
            best.setdefault(turn.candidates[at].plan, at)
        chosen = list(best.values())[:MOST]
        rows.append(
            confidence_features(turn.candidates[chosen[0]].features, [float(scores[start + at]) for at in chosen])
        )
        right.append(turn.candidates[chosen[0]].right)
    return Firsts(rows, np.array(right))


def fit_confidence(found: Firsts, counted: np.ndarray) -> dict[str, float]:
    """Fit the probability that the first plan is right; each turn counts as its source does."""
    return fit_logistic(found.rows, list(found.right), L2, shares=counted)


def confidences(found: Firsts, weights: Weights) -> np.ndarray:
    """Return how sure the planner is of each first plan."""
    return np.array([probability(row, weights) for row in found.rows])


def calibration_error(sure: np.ndarray, right: np.ndarray, bins: int = 10) -> float:
    """Return the expected calibration error: the gap of confidence and accuracy, over equal bins of confidence."""
    edges = np.minimum((sure * bins).astype(int), bins - 1)
    gaps = [
        abs(sure[edges == b].mean() - right[edges == b].mean()) * (edges == b).mean()
        for b in range(bins)
        if (edges == b).any()
    ]
    return float(sum(gaps))


def brier(sure: np.ndarray, right: np.ndarray) -> float:
    """Return the mean squared distance of confidence and verdict."""
    return float(((sure - right) ** 2).mean())
