"""confidence_features: what tells whether the first plan of a ranking is right.

"Which books are long?" -> SELECT title FROM book, hardly ahead of SELECT title FROM book WHERE pages > 300: a small `margin`.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp

from value_index.linear_model import Feature, Features

FEATURES = (
    Feature("bias", "Always 1."),
    Feature("share", "The share of the first plan in the softmax of the scores."),
    Feature("margin", "How far the first plan leads, up to four, over four."),
    Feature("network", "The network's log-probability of the first plan, over five."),
    Feature(
        "network_best", "The network's log-probability of its own best plan, over five: low where all is new to it."
    ),
    Feature("network_first", "True if it is the network's best plan."),
    Feature("read_first", "True if it is the best interpretation of the words."),
    Feature("network_has_no_words", "True if the network cannot write it."),
    Feature("agreed", "How far network and words agree on all of its parts."),
    Feature("agreed_least", "How far they agree on the part on which they agree least."),
    Feature("values_unused", "The scores of the grounded values that it does not use."),
    Feature("missing", "The strength of the requirements that it leaves out, of all kinds."),
    Feature("invented", "How many of its literals and numbers nothing asks for."),
    Feature("ignored", "How many words, names and moves of the turn it does not heed."),
    Feature("senseless", "How many of its features say that it can hardly be meant."),
    Feature("follows", "True if there is a turn before."),
    Feature("conditions", "How many conditions and joins it has, up to six, over six."),
    Feature("edited", "True if edits made it."),
)
SENSELESS = (
    "condition_twice",
    "contradiction",
    "cross_join",
    "fan_trap",
    "own_members",
    "key_summed",
    "texts_compared",
)
"""Features of plans that can hardly be meant."""
INVENTED = ("unasked_literal", "invented_number", "either_unasked", "ranks_unasked", "denial_unsupported")
IGNORED = (
    "named_column_unused", "named_table_unused", "head_words_missed", "said_number_unused", "superlative_ignored",
    "denial_ignored", "average_ignored", "sum_ignored", "chooses_filters_lost", "chooses_other_shown", "adds_shown_lost",
    "adds_nothing_shown", "goes_elsewhere", "refines_filters_lost", "rows_meant_filters_lost", "count_asked_none",
)  # fmt: skip
"""Features of plans that leave out what the words speak of."""


def confidence_features(first: Features, scores: Sequence[float]) -> Features:
    """Return what tells whether the first of a ranking is right.

    Args:
        first: its features.
        scores: of the first plans, best first.
    """
    best, *rest = scores
    return {
        "bias": 1.0,
        "share": 1.0 / sum(exp(score - best) for score in scores),
        "margin": min(4.0, best - rest[0]) / 4 if rest else 1.0,
        "network": first.get("network", 0.0),
        "network_best": first.get("network", 0.0) - first.get("network_behind", 0.0),
        "network_first": first.get("network_first", 0.0),
        "read_first": first.get("read_first", 0.0),
        "network_has_no_words": first.get("network_has_no_words", 0.0),
        "agreed": first.get("agreed_in_all", 0.0),
        "agreed_least": first.get("agreed_least", 0.0),
        "values_unused": first.get("values_unused", 0.0),
        "missing": sum(value for name, value in first.items() if name.startswith("missing_")),
        "invented": _sum(first, INVENTED),
        "ignored": _sum(first, IGNORED),
        "senseless": _sum(first, SENSELESS),
        "follows": first.get("follows", 0.0),
        "conditions": min(6.0, first.get("filters", 0.0) + first.get("joins", 0.0)) / 6,
        "edited": float(any(value for name, value in first.items() if name.startswith("edit_") and name != "edit_likelihood")),
    }  # fmt: skip


def _sum(first: Features, names: Sequence[str]) -> float:
    return sum(first.get(name, 0.0) for name in names)
