"""What a span itself says of whether it names a value, its words and those around it."""

from __future__ import annotations

import math
from collections.abc import Sequence

from value_index.grounding.candidate import Candidate
from value_index.grounding.context import Context, Names
from value_index.grounding.spans import FUNCTION_WORDS
from value_index.text.folding import fold
from value_index.text.similarity import similarity

Features = dict[str, float]


def text_features(candidates: Sequence[Candidate], context: Context, names: Names) -> Features:
    """Return what speaks for a span of words naming a value."""
    mention = candidates[0].mention
    first, last = mention.first, mention.last
    capital = mention.text[:1].isupper() and first > 0
    stems = context.stems[first:last]
    schema_words = sum(stem in names.words for stem in stems) / max(1, len(stems))
    length = len(mention.folded)
    digits = any(character.isdigit() for character in mention.text)
    fewest = min(candidate.column.distinct for candidate in candidates)
    single = last - first == 1
    likeness = max(candidate.likeness for candidate in candidates)
    return {
        "close": float(likeness >= 0.9),
        "likeness_length": likeness * math.log(max(length, 1)),
        "likeness_words": likeness * min(last - first, 4),
        "same_first": float(any(mention.folded[:1] == fold(str(candidate.value))[:1] for candidate in candidates)),
        "edges": max(_edges(mention.folded, str(candidate.value)) for candidate in candidates),
        "part": float(all(candidate.is_part for candidate in candidates)),
        "values": math.log(len({candidate.value for candidate in candidates})),
        "alias": float(any(candidate.kind == "alias" for candidate in candidates)),
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
        "in_name": float(context.is_in_name(first, last, names)),
        "extreme": context.extreme(first, last),
    }


_COUNTING = frozenset({"top", "first", "last", "these", "those", "has", "have"})
"""Stems before a number that counts rows."""


def _edges(folded: str, value: str) -> float:
    """Return how alike the first and the last words of a mention and a value are, the worse of both."""
    ours, theirs = folded.split(), fold(value).split()
    if not ours or not theirs:
        return 0.0
    return min(similarity(ours[0], theirs[0]), similarity(ours[-1], theirs[-1]))


def number_features(candidates: Sequence[Candidate], best: Features, context: Context, names: Names) -> Features:
    """Return what speaks for a number being a value; `best` is the best of each feature of its candidates."""
    mention = next(candidate.mention for candidate in candidates if candidate.mention.kind == "number")
    number = mention.number or 0.0
    digits = mention.text[:1].isdigit()
    year = digits and mention.last - mention.first == 1 and number.is_integer() and 1500 <= number <= 2100
    compared = candidates[0].operator not in ("=", "!=")
    counts_rows = any(stem in names.of_tables for stem in context.stems[mention.last : mention.last + 2])
    plural = any(word.endswith("s") and len(word) > 3 for word in context.words[mention.last : mention.last + 1])
    return {
        "word": float(not digits),
        "small": float(number < 10),
        "large": math.log10(1.0 + abs(number)),
        "year": float(year),
        "year_time": float(year and any(candidate.column.is_time for candidate in candidates)),
        "compared": float(compared),
        "compared_near": float(compared) * best["near"],
        "exact_adjacent": best["exact"] * best["adjacent"],
        "plural_next": float(plural),
        "compared_plural": float(compared and plural),
        "compared_rows": float(compared and counts_rows),
        "counts_rows": float(counts_rows),
        "extreme": context.extreme(mention.first, mention.last),
        "counts_of": float(context.counts_of(mention.last)),
        "compared_total": float(compared and context.totalled(mention.first)),
        "after_top": float(bool(_COUNTING & set(context.stems[max(0, mention.first - 1) : mention.first]))),
    }
