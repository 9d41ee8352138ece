"""The second ranking: the first plans of a turn in the order of what ranked them and of what the cross-encoder reads in them."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, log
from typing import TypeVar

from value_index.linear_model import Features, Weights, weighted

T = TypeVar("T")
LEAST_SHARE = -12.0
"""Log-shares below it are all as bad."""


def second_features(first_scores: Sequence[float], read_scores: Sequence[float]) -> list[Features]:
    """Return the features of the second ranking, for the plans of one turn.

    >>> second_features([2.0, 1.0], [0.0, 0.0])[1]
    {'first_score': -1.0, 'read_share': -0.6931471805599453, 'read_first': 1.0}
    """
    best, most = max(first_scores, default=0.0), max(read_scores, default=0.0)
    mass = log(sum(exp(score - most) for score in read_scores)) if read_scores else 0.0
    return [
        {
            "first_score": first - best,
            "read_share": max(LEAST_SHARE, read - most - mass),
            "read_first": float(read == most),
        }
        for first, read in zip(first_scores, read_scores, strict=True)
    ]


def second_ranking(
    ranked: Sequence[tuple[T, float]], read_scores: Sequence[float], weights: Weights
) -> list[tuple[T, float]]:
    """Return the plans with their scores of the second ranking, the best first.

    Args:
        ranked: plans with their scores of the first ranking.
        read_scores: the cross-encoder's, in the same order.
        weights: of `second_features`.
    """
    features = second_features([score for _, score in ranked], read_scores)
    scored = [(each, weighted(found, weights)) for (each, _), found in zip(ranked, features, strict=True)]
    return sorted(scored, key=lambda pair: -pair[1])
