"""lexical_weights: the weights of the lexical stages, from weights.json, which `turnsql train lexical` writes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from nodes.lexical.features import follow_up, interpretation, links
from nodes.lexical.features import value as values
from value_index.files.weights_file import FeatureLists, read_weights
from value_index.linear_model import Weights

WEIGHTS = Path(__file__).with_name("weights.json")
LISTS: FeatureLists = {
    "follow_up": follow_up.FEATURES,
    "column_link": links.COLUMN_FEATURES,
    "table_link": links.TABLE_FEATURES,
    "value": values.FEATURES,
    "interpretation": interpretation.FEATURES,
}
THRESHOLDS = ("column", "table", "value")


@dataclass(frozen=True)
class LexicalWeights:
    """The weights of each model, and the probabilities from which a column, a table or a value is given."""

    follow_up: Weights
    column_link: Weights
    table_link: Weights
    value: Weights
    interpretation: Weights
    least_column: float
    least_table: float
    least_value: float


@cache
def lexical_weights(path: Path = WEIGHTS) -> LexicalWeights:
    """Read the weights once.

    Raises:
        WeightsFileError: they cannot be read, or are of other features than these.
    """
    found = read_weights(path, LISTS, THRESHOLDS)
    column, table, value = (found.thresholds[name] for name in THRESHOLDS)
    return LexicalWeights(**found.models, least_column=column, least_table=table, least_value=value)
