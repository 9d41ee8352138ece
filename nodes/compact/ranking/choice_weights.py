"""choice_weights: the weights of the choice among plans, from choice.json, which `turnsql train choice` writes."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from nodes.compact.ranking import confidence, opinions
from nodes.compact.ranking.features import all_features
from nodes.compact.weights_archive import WeightsError
from value_index.files.weights_file import FeatureLists, read_weights
from value_index.linear_model import Weights

CHOICE = Path(__file__).with_name("choice.json")
LISTS: FeatureLists = {"plan": (*opinions.FEATURES, *all_features.FEATURES), "confidence": confidence.FEATURES}


@cache
def choice_weights(path: Path = CHOICE) -> Mapping[str, Weights]:
    """Read the weights once.

    Raises:
        WeightsFileError: they cannot be read, or are of other features than these.
    """
    return read_weights(path, LISTS, ()).models


def checked_choice(choice: Mapping[str, Weights], source: str) -> Mapping[str, Weights]:
    """Return the choice in a network's own file, which holds no zeros.

    Raises:
        WeightsError: it weighs features that this version does not compute.
    """
    for name, features in LISTS.items():
        if unknown := choice.get(name, {}).keys() - {feature.name for feature in features}:
            told = f"{min(unknown)!r} and others" if len(unknown) > 1 else repr(min(unknown))
            raise WeightsError(
                f"the weights {source!r} were calibrated on other features ({told}): turnsql train compact --export"
            )
    return choice
