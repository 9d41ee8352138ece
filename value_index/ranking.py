"""How likely a reading of a mention is meant: a logistic model over what the words, the value and the schema say."""

from __future__ import annotations

import math
from dataclasses import dataclass

from value_index.matches import MatchOperator, Provenance, Scalar
from value_index.mentions import Mention
from value_index.schema import ColumnRef


@dataclass(frozen=True, slots=True)
class ColumnFacts:
    """What the schema and the data say of a column."""

    ref: ColumnRef
    distinct: int
    is_key: bool
    is_reference: bool
    """Whether it refers to another table."""
    is_display: bool
    """Whether its name says that people read it: name, title."""
    is_time: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """A mention read as a value of a column."""

    mention: Mention
    column: ColumnFacts
    value: Scalar
    kind: Provenance
    likeness: float
    """How alike the mention and the value are, 0..1."""
    operator: MatchOperator = "="
    via: ColumnRef | None = None
    features: tuple[float, ...] = ()


FEATURES = (
    "bias", "likeness", "exact", "folded", "fuzzy", "alias", "quoted", "capital", "single_word", "short", "words",
    "schema_word", "column_near", "column_anywhere", "table_anywhere", "table_used", "key", "reference", "display",
    "many_columns", "number", "number_stored", "year_like", "compared", "time_column", "log_distinct",
    "number_near", "number_word",
)  # fmt: skip
WEIGHTS: dict[str, float] = {'bias': -8.65, 'likeness': 8.1, 'exact': -0.05, 'folded': -0.48, 'fuzzy': -0.52, 'alias': 0.0, 'quoted': 0.48, 'capital': 0.3, 'single_word': 0.51, 'short': -0.67, 'words': 0.97, 'schema_word': -2.34, 'column_near': 1.18, 'column_anywhere': -0.01, 'table_anywhere': 1.31, 'table_used': 0.92, 'key': -1.39, 'reference': -1.06, 'display': 0.27, 'many_columns': -1.14, 'number': 0.35, 'number_stored': -2.36, 'year_like': 1.06, 'compared': 1.02, 'time_column': 0.09, 'log_distinct': -0.37, 'number_near': 2.67, 'number_word': -4.3}  # fmt: skip
"""Fitted on the training databases; see `turnsql train grounding`."""


def probability(features: tuple[float, ...]) -> float:
    """Return how likely a reading with these features is meant, 0..1."""
    total = sum(WEIGHTS[name] * value for name, value in zip(FEATURES, features, strict=True))
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, total))))
