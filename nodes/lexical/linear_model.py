"""Small logistic models over named features: the form of every learned weight of the lexical stages."""

from __future__ import annotations

from collections.abc import Mapping
from math import exp

Features = dict[str, float]
"""Feature values by name; an absent one is 0."""
Weights = Mapping[str, float]


def weighted(features: Features, weights: Weights) -> float:
    """Return the weighted sum of features; an unknown one weighs nothing."""
    return sum(weights.get(name, 0.0) * value for name, value in features.items())


def probability(features: Features, weights: Weights) -> float:
    """Return the logistic of the weighted sum, 0..1.

    >>> probability({"bias": 1.0}, {})
    0.5
    """
    return 1.0 / (1.0 + exp(-max(-30.0, min(30.0, weighted(features, weights)))))
