"""choice_weights: the weights of the choice among plans, from choice.json, which `turnsql train choice` writes."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from nodes.compact.ranking import opinions, plan_features
from nodes.compact.weights_archive import WeightsError
from value_index.linear_model import Feature, Weights
from value_index.weights_file import FeatureLists, read_weights

CHOICE = Path(__file__).with_name("choice.json")
CONFIDENCE_FEATURES = (
    Feature("bias", "Always 1."),
    Feature("share", "The share of the first plan in the softmax of the scores."),
    Feature("margin", "How far the first plan leads, up to four, over four."),
    Feature("network", "The network's log-probability of the first plan, over five."),
    Feature("network_first", "True if it is the network's best plan."),
    Feature("read_first", "True if it is the best interpretation of the words."),
    Feature("network_has_no_words", "True if the network cannot write it."),
    Feature("values_unused", "The scores of the grounded values that it does not use."),
    Feature("missing", "The strength of the requirements that it leaves out, of all kinds."),
    Feature("senseless", "How many of its features say that it can hardly be meant."),
)
LISTS: FeatureLists = {"plan": (*opinions.FEATURES, *plan_features.FEATURES), "confidence": CONFIDENCE_FEATURES}


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
