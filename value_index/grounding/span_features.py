"""Features of a span that tell whether it names a value: its words, the words around it, the values that answer to it.

"books by Ada Marsh" -> SELECT * FROM book WHERE author = 'Ada Marsh': the span has capitals, is no word of the schema, and is
spelled like the value. "the first book" names no value though a title may be "First".
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from value_index.grounding.candidate import Candidate
from value_index.grounding.context import Context, Names
from value_index.grounding.spans import FUNCTION_WORDS
from value_index.linear_model import Feature, Features
from value_index.text.folding import fold
from value_index.text.similarity import similarity

TEXT_FEATURES = (
    Feature("close", "1 if a value is spelled like the span but for a letter or so."),
    Feature("likeness_length", "The likeness of the best value, times the log of the span's length."),
    Feature("likeness_words", "The likeness of the best value, times the span's words, up to four."),
    Feature("same_first", "1 if a value begins with the span's first letter."),
    Feature(
        "edges", 'The likeness of the first and last words, the worse of both: high for "Blu Harbour" of Blue Harbour.'
    ),
    Feature("part", 'True if the span is only a part of each value: "Harbour" of Blue Harbour.'),
    Feature("values", "The log of how many values answer to the span."),
    Feature("alias", 'True if the span is another name of a value: "Germany" of DE.'),
    Feature("quoted", "True if the span stands in quotes."),
    Feature("lower", "True if the span has no capital though the text has some."),
    Feature("capital", "True if the span begins with a capital and is not the first word."),
    Feature("upper", 'True if the span is in capitals: "USA".'),
    Feature("digits", 'True if letters and digits are mixed: "B12".'),
    Feature("single", "True if the span is one word."),
    Feature("single_capital", "True if the span is one word with a capital."),
    Feature(
        "single_distinct",
        "The log of the fewest values that a column of its candidates holds, if the span is one word.",
    ),
    Feature("short", "True if the span has at most three characters."),
    Feature("middling", "True if the span has four or five characters."),
    Feature("letter", "True if the span is one letter."),
    Feature("function_word", 'True if the span is a word such as "in" or "all".'),
    Feature("words", "The span's words, up to four."),
    Feature("log_length", "The log of the span's characters."),
    Feature("schema_words", "The share of the span's words that stand in names of tables or columns."),
    Feature("all_schema_words", 'True if every word does: "author" names the column author rather than a value.'),
    Feature("schema_capital", "True if every word does and the span begins with a capital."),
    Feature("in_name", 'True if the span and a word beside it are words of one column: "source" in "poll source".'),
    Feature("extreme", 'True if a superlative stands beside the span: "longest time".'),
)
NUMBER_FEATURES = (
    Feature("word", 'True if the number is spelled out: "three".'),
    Feature("small", "True if the number is below ten."),
    Feature("large", "The base 10 logarithm of the number."),
    Feature("year", 'True if the number may be a year: "in 2014".'),
    Feature("year_time", "True if it may be a year and a column of dates holds it."),
    Feature("compared", 'True if words compare it: "over 300".'),
    Feature("compared_near", "True if words compare it and a column is named close by, by the share of its name."),
    Feature("exact_adjacent", "True if a column holds the very number and is named right before it."),
    Feature("plural_next", 'True if a plural follows: "3 books".'),
    Feature("compared_plural", 'True if words compare it and a plural follows: "more than 3 books".'),
    Feature("compared_rows", "True if words compare it and a table is named after it: HAVING COUNT(*) > 3."),
    Feature("counts_rows", 'True if a table is named after it: "the 3 books".'),
    Feature("extreme", 'True if a superlative stands beside it: "the 3 longest" is LIMIT 3.'),
    Feature("counts_of", 'True if it counts what was spoken of: "10 of them".'),
    Feature("compared_total", 'True if words compare an average or a total with it: "with an average above 3".'),
    Feature("after_top", 'True if it follows a word that counts rows: "top 5" is LIMIT 5.'),
)


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
