"""Features of how an interpretation rests on the query of the previous turn.

After SELECT title FROM book WHERE genre = 'Mystery', "Their pages?" rests on its rows (swap: other projections):
SELECT pages FROM book WHERE genre = 'Mystery'; a fresh interpretation would be SELECT pages FROM book.
"""

from __future__ import annotations

from nodes.lexical.evidence import Evidence
from nodes.lexical.features.named_values import NamedValues
from nodes.lexical.filter_placement import used_tables
from nodes.lexical.interpretation import Interpretation
from value_index.linear_model import Feature

RESTING = ("swap", "extend", "narrow")
"""Bases that keep the rows of the previous query."""
_OF_RESTING = (
    ("pronoun", 'A pronoun points back: "their"'),
    ("follow", 'Words point back: "of those"'),
    ("extend_cue", 'Words ask for more: "also show"'),
    ("narrow_cue", 'Words narrow the rows: "only those"'),
    ("short", "The utterance has at most two words of content"),
    ("long", "The words of content beyond five, over five"),
    ("new_table", "How many of its tables the previous query does not read"),
    ("filters", "It has filters of its own"),
    ("where", "The previous query has a WHERE"),
    ("ranked", "The previous query has a LIMIT"),
    ("grouped", "The previous query groups without a LIMIT"),
    ("kept", "The dialogue state keeps a condition"),
    ("dropped", "The dialogue state drops conditions and keeps none"),
    ("refiltered", "A filter is on a column of the previous query"),
    ("repeated_value", "Each of its filters stands in the previous query already"),
)
FEATURES = (
    Feature("base_fresh", "True if it is a question of its own."),
    Feature("base_swap", "True if it keeps the rows of the previous query and shows something else."),
    Feature("base_extend", "True if it shows more than the previous query."),
    Feature(
        "base_narrow", "True if it shows what the previous query shows, under other conditions or in another order."
    ),
    Feature("pruned", "True if it keeps the rows but leaves out tables that are no longer needed."),
    Feature("pruned_counts", "The same, and it shows an aggregate."),
    Feature("pruned_where", "The same, and the previous query has a WHERE."),
    Feature("pruned_ranked", "The same, and the previous query has a LIMIT."),
    Feature("fresh_with_filters", "True if it is a question of its own and has filters."),
    Feature("fresh_kept", "True if it is a question of its own though the dialogue state keeps a condition."),
    *(
        Feature(f"{base}_{name}", f"{doc}; 0 unless the base is {base}.")
        for base in RESTING
        for name, doc in _OF_RESTING
    ),
    Feature("back_names_other_table", "True if it rests on the previous query though only other tables are named."),
)


def base_features(interpretation: Interpretation, evidence: Evidence) -> NamedValues:
    """Yield the features of the base; none in the first turn."""
    previous = evidence.previous
    if previous is None:
        return
    base, cues = "swap" if interpretation.replaces else interpretation.base, evidence.cues
    yield f"base_{base}", 1.0
    if interpretation.base == "pruned":
        yield "pruned", 1.0
        yield "pruned_counts", float(any(item.function for item in interpretation.select))
        yield "pruned_where", float(previous.where is not None)
        yield "pruned_ranked", float(previous.limit is not None)
    if base == "fresh":
        yield "fresh_with_filters", float(bool(interpretation.filters))
        yield "fresh_kept", float(bool(evidence.kept))
        return
    yield f"{base}_pronoun", float(cues.pronoun)
    yield f"{base}_follow", float(cues.follow)
    yield f"{base}_extend_cue", float(cues.extend)
    yield f"{base}_narrow_cue", float(cues.narrow)
    yield f"{base}_short", float(cues.content <= 2)
    yield f"{base}_long", max(0.0, cues.content - 5) / 5
    new = [t for t in used_tables(interpretation) if t not in evidence.previous_tables]
    yield f"{base}_new_table", float(len(new))
    yield f"{base}_filters", float(bool(interpretation.filters))
    yield "back_names_other_table", float(_names_other(evidence))
    yield f"{base}_where", float(previous.where is not None)
    yield f"{base}_ranked", float(previous.limit is not None)
    yield f"{base}_grouped", float(bool(previous.group_by) and previous.limit is None)
    yield f"{base}_kept", float(bool(evidence.kept))
    yield f"{base}_dropped", float(bool(evidence.dropped) and not evidence.kept)
    refiltered = [f.column for f in interpretation.filters if f.column in evidence.previous_columns]
    yield f"{base}_refiltered", float(bool(refiltered))
    yield f"{base}_repeated_value", float(_repeats(interpretation, evidence))


def _repeats(interpretation: Interpretation, evidence: Evidence) -> bool:
    """Whether every filter stands in the previous plan already: the question says the condition again."""
    values = {(c.column, v) for c in (*evidence.kept, *evidence.dropped) for v in c.values}
    return bool(interpretation.filters) and all(
        (f.column, v) in values for f in interpretation.filters for v in f.values
    )


def _names_other(evidence: Evidence) -> bool:
    named = {m.table for m in evidence.mentions.tables if m.score >= 0.9}
    return bool(named) and not named & set(evidence.previous_tables)
