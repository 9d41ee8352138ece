"""The features by which plans are chosen, and their shipped weights."""

from __future__ import annotations

from types import ModuleType

import pytest

from nodes.compact.ranking import opinions
from nodes.compact.ranking.choice_weights import LISTS, checked_choice, choice_weights
from nodes.compact.ranking.confidence import IGNORED, INVENTED, SENSELESS
from nodes.compact.ranking.features import (
    all_features,
    coverage,
    cues,
    following,
    moves,
    references,
    requirements,
    things,
    wording,
)
from nodes.compact.ranking.features.sense import sense_features
from nodes.compact.weights_archive import WeightsError
from training.ranking.config import load_choice_config
from value_index.files.folders import ROOT


@pytest.mark.parametrize("model", LISTS)
def test_each_feature_is_listed_once_and_has_a_weight(model: str) -> None:
    names = [feature.name for feature in LISTS[model]]
    assert sorted(names) == sorted(choice_weights()[model])
    assert all(name.isidentifier() and name.islower() for name in names)
    assert all(feature.doc.endswith(".") for feature in LISTS[model])


def test_what_is_named_elsewhere_is_in_the_list() -> None:
    names = {feature.name for feature in LISTS["plan"]}
    centre = load_choice_config(ROOT / "configs/training/choice.toml").centre
    assert centre.keys() | {*SENSELESS, *INVENTED, *IGNORED} <= names


def test_a_choice_of_other_features_is_refused() -> None:
    assert checked_choice({"plan": {"network": 1.0}}, "x.zip")
    with pytest.raises(WeightsError, match=r"'network first'.*--export"):
        checked_choice({"plan": {"network first": 1.0}}, "x.zip")


@pytest.mark.parametrize(
    "module",
    [
        all_features,
        coverage,
        cues,
        following,
        moves,
        opinions,
        references,
        requirements,
        sense_features,
        things,
        wording,
    ],
)
def test_each_file_of_features_shows_an_utterance_and_its_sql(module: ModuleType) -> None:
    assert module.__doc__ and "SELECT" in module.__doc__ and '"' in module.__doc__
