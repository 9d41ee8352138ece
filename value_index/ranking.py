"""How likely a reading of a mention is meant, from what the words around it, the value and the schema say."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from value_index.context import Context, Names
from value_index.fold import fold
from value_index.matches import MatchOperator, Provenance, Scalar
from value_index.mentions import FUNCTION_WORDS, Mention
from value_index.schema import ColumnRef
from value_index.similarity import similarity


@dataclass(frozen=True, slots=True)
class ColumnFacts:
    """What the schema and the data say of a column."""

    ref: ColumnRef
    distinct: int
    is_key: bool
    is_reference: bool
    """Whether it refers to another table."""
    is_referred: bool
    """Whether another table refers to it."""
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
    is_part: bool = False
    """Whether the mention is some of the value's words."""


Features = dict[str, float]


def commonness(words: Mapping[int, str]) -> dict[str, float]:
    """Return how common words are, 0..1, from the words of each level.

    >>> commonness({1: "cat dog", 4: "the"})
    {'cat': 0.25, 'dog': 0.25, 'the': 1.0}
    """
    most = max(words, default=1)
    return {word: level / most for level, listed in words.items() for word in listed.split()}


@dataclass(frozen=True)
class Ranker:
    """Two linear models: whether a span names a value at all, and which of its readings is meant."""

    span_weights: Mapping[str, float]
    """Of a logistic model; a feature's name begins with the kind of span: name, fuzzy, number."""
    reading_weights: Mapping[str, float]
    """Of a conditional logit among the readings of one span."""
    least: float = 0.0
    """The chance below which a span is left alone."""
    common: Mapping[str, float] = field(default_factory=dict[str, float])
    """How common words of questions are that are no values, 0..1."""

    def chances(self, readings: Sequence[Reading], context: Context, names: Names, company: Features) -> list[float]:
        """Return how likely each reading of one span is meant, 0..1; what they lack to 1 is that none is."""
        found = readings_features(readings, context, names)
        span = _total(self.span_features(readings, found, context, names, company), self.span_weights)
        chance = 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, span))))
        return [chance * share for share in self._shares(found)]

    def shares(self, readings: Sequence[Reading], context: Context, names: Names) -> list[float]:
        """Return how likely each reading is meant of a span that does name a value: together 1."""
        return self._shares(readings_features(readings, context, names))

    def span_features(
        self, readings: Sequence[Reading], found: Sequence[Features], context: Context, names: Names, company: Features
    ) -> Features:
        """Return what speaks for a span naming a value.

        Args:
            readings: of the span.
            found: their features.
            context: of the text.
            names: of the schema.
            company: what the other spans say of this one.
        """
        model = _model(readings)
        best = {name: max(each[f"{model}.{name}"] for each in found) for name in _BEST}
        fewest = min(reading.column.distinct for reading in readings)
        shared = {
            "bias": 1.0,
            **{f"best_{name}": value for name, value in best.items()},
            **company,
            "operator": float(readings[0].operator != "="),
            "columns": math.log(len({reading.column.ref for reading in readings})),
            "log_distinct": math.log1p(fewest),
        }
        if model == "number":
            more = _of_number(readings, best, context, names)
            return {f"number.{name}": value for name, value in {**shared, **more}.items()}
        kind = "fuzzy" if all(reading.kind == "fuzzy" for reading in readings) else "name"
        more = {**_of_text(readings, context, names), **self._commonness(readings[0].mention)}
        return {f"{kind}.{name}": value for name, value in {**shared, **more}.items()}

    def _commonness(self, mention: Mention) -> Features:
        """Return how common the words of a mention are in questions: the rarest, and the rarest of a text without capitals."""
        rarest = min(self.common.get(word, 0.0) for word in mention.folded.split() or [""])
        return {
            "common": float(rarest > 0.0),
            "commonness": rarest,
            "common_lower": rarest if mention.text.islower() else 0.0,
        }

    def _shares(self, found: Sequence[Features]) -> list[float]:
        scores = [_total(each, self.reading_weights) for each in found]
        highest = max(scores)
        shares = [math.exp(score - highest) for score in scores]
        return [share / sum(shares) for share in shares]


def readings_features(readings: Sequence[Reading], context: Context, names: Names) -> list[Features]:
    """Return what speaks for each of the readings of a span."""
    model = _model(readings)
    return [
        {f"{model}.{name}": value for name, value in _reading_features(reading, context, names).items()}
        for reading in readings
    ]


def _model(readings: Sequence[Reading]) -> Literal["number", "text"]:
    return "number" if any(reading.mention.kind == "number" for reading in readings) else "text"


def _reading_features(reading: Reading, context: Context, names: Names) -> Features:
    mention, column = reading.mention, reading.column
    first, last = mention.first, mention.last
    name, table = names.columns[column.ref], names.tables[column.ref.table]
    near = context.near(first, last, name)
    return {
        "adjacent": context.adjacent(first, last, name),
        "near": near,
        "all_near": float(near == 1.0),
        "anywhere": context.anywhere(first, last, name),
        "table_adjacent": context.adjacent(first, last, table),
        "table_near": context.near(first, last, table),
        "table_anywhere": context.anywhere(first, last, table),
        "table_used": float(column.ref.table.lower() in context.tables),
        "table_shown": float(column.ref.table.lower() in context.shown),
        "used": float(column.ref.folded in context.columns),
        "support": context.support(column.ref),
        "likeness": reading.likeness,
        "exact": float(reading.kind == "exact"),
        "key": float(column.is_key),
        "reference": float(column.is_reference),
        "referred": float(column.is_referred),
        "display": float(column.is_display),
        "log_distinct": math.log1p(column.distinct),
        "as_text": float(isinstance(reading.value, str)),
        "alias": float(reading.kind == "alias"),
        "part": float(reading.is_part),
        "via_shortcut": float(
            reading.via is not None
            and column.ref.table.lower() in context.tables
            and reading.via.table.lower() not in context.tables
        ),
        "via_code": float(reading.kind == "via_row" and isinstance(reading.value, str)),
        "via_number": float(reading.kind == "via_row" and not isinstance(reading.value, str)),
    }


_BEST = ("adjacent", "near", "all_near", "table_adjacent", "table_anywhere", "table_used", "used", "likeness", "exact")


def _of_text(readings: Sequence[Reading], context: Context, names: Names) -> Features:
    mention = readings[0].mention
    first, last = mention.first, mention.last
    capital = mention.text[:1].isupper() and first > 0
    stems = context.stems[first:last]
    schema_words = sum(stem in names.words for stem in stems) / max(1, len(stems))
    length = len(mention.folded)
    digits = any(character.isdigit() for character in mention.text)
    fewest = min(reading.column.distinct for reading in readings)
    single = last - first == 1
    likeness = max(reading.likeness for reading in readings)
    return {
        "close": float(likeness >= 0.9),
        "likeness_length": likeness * math.log(max(length, 1)),
        "likeness_words": likeness * min(last - first, 4),
        "same_first": float(any(mention.folded[:1] == fold(str(reading.value))[:1] for reading in readings)),
        "edges": max(_edges(mention.folded, str(reading.value)) for reading in readings),
        "part": float(all(reading.is_part for reading in readings)),
        "values": math.log(len({reading.value for reading in readings})),
        "alias": float(any(reading.kind == "alias" for reading in readings)),
        "quoted": float(mention.kind == "quoted"),
        "lower": float(context.has_capitals and mention.text.islower()),
        "capital": float(capital),
        "upper": float(mention.text.isupper() and length > 1),
        "digits": float(digits and not mention.text.isdigit()),
        "single": float(single),
        "single_capital": float(single and capital),
        "single_distinct": single * math.log1p(fewest),
        "short": float(length <= 3),
        "middling": float(4 <= length <= 5),
        "letter": float(length == 1),
        "function_word": float(mention.folded in FUNCTION_WORDS),
        "words": float(min(last - first, 4)),
        "log_length": math.log(max(length, 1)),
        "schema_words": schema_words,
        "all_schema_words": float(schema_words == 1.0),
        "schema_capital": float(schema_words == 1.0 and capital),
    }


_COUNTING = frozenset({"top", "first", "last", "these", "those", "has", "have"})
"""Stems before a number that counts rows."""


def _edges(folded: str, value: str) -> float:
    """Return how alike the first and the last words of a mention and a value are, the worse of both."""
    ours, theirs = folded.split(), fold(value).split()
    if not ours or not theirs:
        return 0.0
    return min(similarity(ours[0], theirs[0]), similarity(ours[-1], theirs[-1]))


def _of_number(readings: Sequence[Reading], best: Features, context: Context, names: Names) -> Features:
    mention = next(reading.mention for reading in readings if reading.mention.kind == "number")
    number = mention.number or 0.0
    digits = mention.text[:1].isdigit()
    year = digits and mention.last - mention.first == 1 and number.is_integer() and 1500 <= number <= 2100
    compared = readings[0].operator not in ("=", "!=")
    plural = any(word.endswith("s") and len(word) > 3 for word in context.words[mention.last : mention.last + 1])
    return {
        "word": float(not digits),
        "small": float(number < 10),
        "large": math.log10(1.0 + abs(number)),
        "year": float(year),
        "year_time": float(year and any(reading.column.is_time for reading in readings)),
        "compared": float(compared),
        "compared_near": float(compared) * best["near"],
        "exact_adjacent": best["exact"] * best["adjacent"],
        "plural_next": float(plural),
        "compared_plural": float(compared and plural),
        "counts_rows": float(any(stem in names.of_tables for stem in context.stems[mention.last : mention.last + 2])),
        "after_top": float(bool(_COUNTING & set(context.stems[max(0, mention.first - 1) : mention.first]))),
    }


def _total(found: Features, weights: Mapping[str, float]) -> float:
    return sum(weights.get(name, 0.0) * value for name, value in found.items())
