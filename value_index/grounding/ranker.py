"""Ranker: how likely a candidate of a mention is meant, from what the words around it, the value and the schema say."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from value_index.grounding.candidate import Candidate
from value_index.grounding.candidate_features import candidate_features, model_of
from value_index.grounding.context import Context, Names
from value_index.grounding.neighbours import FEATURES as NEIGHBOUR_FEATURES
from value_index.grounding.span_features import NUMBER_FEATURES, TEXT_FEATURES, number_features, text_features
from value_index.grounding.spans import Mention
from value_index.linear_model import Feature, Features, prefixed, probability, weighted

BEST = ("adjacent", "near", "all_near", "table_adjacent", "table_anywhere", "table_used", "used", "likeness", "exact")
"""Features of candidates of which a span has the best."""
SHARED_FEATURES = (
    Feature("bias", "Always 1."),
    *(Feature(f"best_{name}", f"The highest `{name}` of the span's candidates.") for name in BEST),
    *NEIGHBOUR_FEATURES,
    Feature("operator", 'True if words make it another comparison than an equality: "over 300", "not in Rome".'),
    Feature("columns", "The log of how many columns hold what the span may name."),
    Feature("log_distinct", "The log of the fewest values that such a column holds."),
)
SPELLED = 0.6
"""The least chance of a span with a capital that is a value to the letter: "Italy" where a column stores Italy."""
ANOTHER_NAME = 3.0
"""What another name of a value loses where the span is a value to the letter: Italian to Italy."""
SHORT = 2
"""Characters up to which a span to the letter may be anything."""
COMMON_FEATURES = (
    Feature("common", "True if every word of the span is common in questions about other databases."),
    Feature("commonness", "How common the rarest of its words is, 0..1."),
    Feature("common_lower", "The same, if the span has no capital."),
)
SPAN_FEATURES = (
    *prefixed("name", (*SHARED_FEATURES, *TEXT_FEATURES, *COMMON_FEATURES)),
    *prefixed("fuzzy", (*SHARED_FEATURES, *TEXT_FEATURES, *COMMON_FEATURES)),
    *prefixed("number", (*SHARED_FEATURES, *NUMBER_FEATURES)),
)
"""Names of values, near spellings and numbers are weighted each for themselves."""


class Thresholds(NamedTuple):
    """The chances below which spans are left alone."""

    named: float
    """The threshold of a span that is a value's name, or a number."""
    near: float
    """The threshold of a span that is a near spelling of values, or a part of them."""

    def of(self, candidates: Sequence[Candidate]) -> float:
        """Return the one that holds for a span."""
        return self.near if _is_near(candidates) else self.named


ALL = Thresholds(0.0, 0.0)


def commonness(words: Mapping[int, str]) -> dict[str, float]:
    """Return how common words are, 0..1, from the words of each level.

    >>> commonness({1: "cat dog", 4: "the"})
    {'cat': 0.25, 'dog': 0.25, 'the': 1.0}
    """
    most = max(words, default=1)
    return {word: level / most for level, listed in words.items() for word in listed.split()}


@dataclass(frozen=True)
class Ranker:
    """Two linear models: whether a span names a value at all, and which of its candidates is meant."""

    span_weights: Mapping[str, float]
    """The weights of a logistic model; a feature's name begins with the kind of span: name, fuzzy, number."""
    candidate_weights: Mapping[str, float]
    """The weights of a conditional logit among the candidates of one span."""
    least: Thresholds = ALL
    """The chances below which a span is left alone."""
    common: Mapping[str, float] = field(default_factory=dict[str, float])
    """How common words of questions are that are no values, 0..1."""

    def chances(
        self, candidates: Sequence[Candidate], context: Context, names: Names, neighbours: Features
    ) -> list[float]:
        """Return how likely each candidate of one span is meant, 0..1; what they lack to 1 is that none is."""
        found = candidate_features(candidates, context, names)
        features = self.span_features(candidates, found, context, names, neighbours)
        chance = probability(features, self.span_weights)
        if _is_spelled_out(candidates, features):
            chance = max(chance, SPELLED)
        return [chance * share for share in self._shares(candidates, found)]

    def shares(self, candidates: Sequence[Candidate], context: Context, names: Names) -> list[float]:
        """Return how likely each candidate is meant of a span that does name a value: together 1."""
        return self._shares(candidates, candidate_features(candidates, context, names))

    def span_features(
        self,
        candidates: Sequence[Candidate],
        found: Sequence[Features],
        context: Context,
        names: Names,
        neighbours: Features,
    ) -> Features:
        """Return what speaks for a span naming a value.

        Args:
            candidates: of the span.
            found: their features.
            context: of the text.
            names: of the schema.
            neighbours: what the other spans say of this one.
        """
        model = model_of(candidates)
        best = {name: max(each[f"{model}.{name}"] for each in found) for name in BEST}
        fewest = min(candidate.column.distinct for candidate in candidates)
        shared = {
            "bias": 1.0,
            **{f"best_{name}": value for name, value in best.items()},
            **neighbours,
            "operator": float(candidates[0].operator != "="),
            "columns": math.log(len({candidate.column.ref for candidate in candidates})),
            "log_distinct": math.log1p(fewest),
        }
        if model == "number":
            more = number_features(candidates, best, context, names)
            return {f"number.{name}": value for name, value in {**shared, **more}.items()}
        kind = "fuzzy" if _is_near(candidates) else "name"
        more = {**text_features(candidates, context, names), **self._commonness(candidates[0].mention)}
        return {f"{kind}.{name}": value for name, value in {**shared, **more}.items()}

    def _commonness(self, mention: Mention) -> Features:
        """Return how common the words of a mention are in questions: the rarest, and the rarest of a text without capitals."""
        rarest = min(self.common.get(word, 0.0) for word in mention.folded.split() or [""])
        return {
            "common": float(rarest > 0.0),
            "commonness": rarest,
            "common_lower": rarest if mention.text.islower() else 0.0,
        }

    def _shares(self, candidates: Sequence[Candidate], found: Sequence[Features]) -> list[float]:
        named = any(each.kind == "exact" and isinstance(each.value, str) for each in candidates)
        scores = [
            weighted(features, self.candidate_weights) - ANOTHER_NAME * (named and each.kind == "alias")
            for each, features in zip(candidates, found, strict=True)
        ]
        highest = max(scores)
        shares = [math.exp(score - highest) for score in scores]
        return [share / sum(shares) for share in shares]


def _is_spelled_out(candidates: Sequence[Candidate], features: Features) -> bool:
    """Tell whether a span with a capital is a value to the letter, and more than words of the schema."""
    mention = candidates[0].mention
    named = any(each.kind == "exact" and isinstance(each.value, str) for each in candidates)
    capital = mention.first > 0 and mention.text[:1].isupper()
    return named and capital and not features.get("name.all_schema_words") and len(mention.folded) > SHORT


def _is_near(candidates: Sequence[Candidate]) -> bool:
    return all(candidate.kind == "fuzzy" for candidate in candidates)
