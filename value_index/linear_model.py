"""Linear models over named features: the form of every learned weight that a person can read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import exp
from typing import NamedTuple

Features = dict[str, float]
"""Feature values by name; an absent one is 0."""
Weights = Mapping[str, float]
"""A weight for each feature of a list."""


class Feature(NamedTuple):
    """One entry of a model's list of features."""

    name: str
    """The name in snake_case; a prefix before a dot tells kinds of examples apart that are weighted each for itself."""
    doc: str
    """What its value says, in one line."""


def prefixed(prefix: str, features: Sequence[Feature]) -> tuple[Feature, ...]:
    """Return features under names that begin with a prefix and a dot."""
    return tuple(Feature(f"{prefix}.{feature.name}", feature.doc) for feature in features)


def weighted(features: Features, weights: Weights) -> float:
    """Return the weighted sum of features.

    >>> weighted({"bias": 1.0, "named": 0.5}, {"bias": -1.0, "named": 4.0})
    1.0
    """
    return sum(weights.get(name, 0.0) * value for name, value in features.items())


def probability(features: Features, weights: Weights) -> float:
    """Return the logistic of the weighted sum, 0..1.

    >>> probability({"bias": 1.0}, {})
    0.5
    """
    return 1.0 / (1.0 + exp(-max(-30.0, min(30.0, weighted(features, weights)))))
