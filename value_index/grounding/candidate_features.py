"""Features of a candidate of a span: how well its column suits the words around the span, and what kind of match it is.

"books on Venice" -> SELECT * FROM book WHERE subject = 'Venice', not publisher.city = 'Venice': the table book is named.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

from value_index.grounding.candidate import Candidate
from value_index.grounding.context import Context, Names
from value_index.linear_model import Feature, Features, prefixed

FEATURES = (
    Feature("adjacent", 'How directly the column is named before the span, or after: 1 for "genre Mystery".'),
    Feature("near", "The share of the column's words that stand close to the span."),
    Feature("all_near", "True if all of them do."),
    Feature("anywhere", "The share of the column's words that stand anywhere in the text."),
    Feature("table_adjacent", 'How directly the table is named before the span, or after: .7 for "Mystery books".'),
    Feature("table_near", "The share of the table's words that stand close to the span."),
    Feature("table_anywhere", "The share of the table's words that stand anywhere in the text."),
    Feature("table_used", "True if the conversation uses the table already."),
    Feature("table_shown", "True if the last answer shows columns of the table."),
    Feature("used", "True if the conversation has compared the column already."),
    Feature("support", "How many other columns of the table are named in full, up to two."),
    Feature("likeness", "How alike the span and the value are, 0..1."),
    Feature("exact", "True if they are equal to the letter."),
    Feature("key", "True if the column is a primary key."),
    Feature("reference", "True if the column refers to another."),
    Feature("referred", "True if another column refers to it."),
    Feature("display", "True if the column stands for its row, as a name does."),
    Feature("log_distinct", "The log of how many values the column holds."),
    Feature("as_text", "True if the value is a text."),
    Feature("alias", 'True if the span is another name of the value: "Germany" of DE.'),
    Feature("part", 'True if the span is only a part of the value: "Harbour" of Blue Harbour.'),
    Feature("says_column", 'True if the span holds the column\'s name too: "shelf 12" of shelf.'),
    Feature(
        "via_shortcut",
        "True if the value stands for a row of a table that the conversation does not use, in one that it does.",
    ),
    Feature("via_code", "True if the value is the code of the row that the span names."),
    Feature("via_number", "True if the value is the number of the row that the span names."),
)
MODELS: tuple[Literal["number", "text"], ...] = ("number", "text")
"""Candidates of numbers and of texts are weighted each for themselves."""
CANDIDATE_FEATURES = tuple(feature for model in MODELS for feature in prefixed(model, FEATURES))


def candidate_features(candidates: Sequence[Candidate], context: Context, names: Names) -> list[Features]:
    """Return what speaks for each of the candidates of a span."""
    model = model_of(candidates)
    return [
        {f"{model}.{name}": value for name, value in _candidate_features(candidate, context, names).items()}
        for candidate in candidates
    ]


def model_of(candidates: Sequence[Candidate]) -> Literal["number", "text"]:
    return "number" if any(candidate.mention.kind == "number" for candidate in candidates) else "text"


def _candidate_features(candidate: Candidate, context: Context, names: Names) -> Features:
    mention, column = candidate.mention, candidate.column
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
        "likeness": candidate.likeness,
        "exact": float(candidate.kind == "exact"),
        "key": float(column.is_key),
        "reference": float(column.is_reference),
        "referred": float(column.is_referred),
        "display": float(column.is_display),
        "log_distinct": math.log1p(column.distinct),
        "as_text": float(isinstance(candidate.value, str)),
        "alias": float(candidate.kind == "alias"),
        "part": float(candidate.is_part),
        "says_column": float(candidate.says_column),
        "via_shortcut": float(
            candidate.via is not None
            and column.ref.table.lower() in context.tables
            and candidate.via.table.lower() not in context.tables
        ),
        "via_code": float(candidate.kind == "via_row" and isinstance(candidate.value, str)),
        "via_number": float(candidate.kind == "via_row" and not isinstance(candidate.value, str)),
    }
