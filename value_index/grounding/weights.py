"""load_ranker: the ranker with the weights of weights.json, which `turnsql train grounding` writes."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from value_index.files.weights_file import FeatureLists, read_weights
from value_index.grounding.candidate_features import CANDIDATE_FEATURES
from value_index.grounding.ranker import SPAN_FEATURES, Ranker, Thresholds, commonness

WEIGHTS = Path(__file__).with_name("weights.json")
LISTS: FeatureLists = {"span": SPAN_FEATURES, "candidate": CANDIDATE_FEATURES}


@cache
def load_ranker(path: Path = WEIGHTS) -> Ranker:
    """Read the weights once.

    Raises:
        WeightsFileError: they cannot be read, or are of other features than these.
    """
    found = read_weights(path, LISTS, Thresholds._fields)
    return Ranker(
        found.models["span"], found.models["candidate"], Thresholds(**found.thresholds), commonness(found.common_words)
    )
