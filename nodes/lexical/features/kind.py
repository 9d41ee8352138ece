"""Features of the kind of projections of an interpretation, against the words that ask for a count, a group or an aggregate.

"How many books of each genre?" -> SELECT genre, COUNT(*) FROM book GROUP BY genre: a count cue and a group cue speak for the
kind "grouped". "Who wrote it?" speaks for the kind "display": the column that stands for a row.
"""

from __future__ import annotations

from nodes.lexical.evidence import Evidence
from nodes.lexical.features.named_values import NamedValues
from nodes.lexical.interpretation import Interpretation
from nodes.lexical.lexicon import PLAIN_AGGREGATES
from nodes.lexical.projections import KINDS
from value_index.linear_model import Feature

FIRST_WORDS = ("who", "which", "what", "list", "show")
LISTING_KINDS = ("display", "star", "top_display")
"""Kinds that the first word of an utterance tells apart."""
_FIRST_OF_KINDS = tuple(dict.fromkeys(kind.split("_")[0] for kind in KINDS))
FEATURES = (
    *(Feature(f"kind_{kind}", f"True if the kind of projections is {kind}.") for kind in KINDS),
    *(Feature(f"swap_kind_{kind}", f"True if {kind} takes the place of the previous projections.") for kind in KINDS),
    *(Feature(f"extend_kind_{kind}", f"True if {kind} is added to the previous projections.") for kind in KINDS),
    *(Feature(f"count_cue_kind_{kind}", f"True if a count is asked and the kind is {kind}.") for kind in KINDS),
    *(
        Feature(f"superlative_kind_{kind}", f"True if there is a superlative and the kind begins with {kind}.")
        for kind in _FIRST_OF_KINDS
    ),
    *(
        Feature(f"{word}_kind_{kind}", f'True if the utterance begins with "{word}" and the kind is {kind}.')
        for word in FIRST_WORDS
        for kind in LISTING_KINDS
    ),
    Feature("count_in_name_counted", 'True if COUNT is shown though a column is named so: "page count".'),
    Feature("how_many_unanswered", 'True if "how many" is asked and no COUNT shown.'),
    Feature("count_column_named_at_once", 'True if it counts a column named right after the cue: "how many genres".'),
    Feature("count_distinct_named_at_once", "The same, for COUNT(DISTINCT ...)."),
    Feature("group_cue_grouped", 'True if a group is asked and it groups: "for each genre".'),
    Feature("group_cue_ungrouped", "True if a group is asked and it does not group."),
    Feature("aggregate_of_text", "True if it averages or sums a column of texts."),
    Feature("aggregate_unused", 'How many words such as "average" it leaves unused.'),
    Feature("aggregate_used", "How many of them it follows."),
    Feature("distinct_cue_unused", 'True if "different" is said and it neither groups nor has DISTINCT.'),
    Feature("distinct", "True if it has SELECT DISTINCT."),
    Feature("previous_though_a_new_column_is_asked", "True if it shows what was shown though another column is named."),
    Feature("previous_unchanged", "True if it is the previous query without change."),
)


def kind_features(interpretation: Interpretation, evidence: Evidence) -> NamedValues:
    """Yield the features of the projections' kind, and of aggregates and DISTINCT."""
    kind, cues = interpretation.kind, evidence.cues
    yield f"kind_{kind}", 1.0
    if interpretation.replaces or interpretation.base == "extend":
        yield f"{'swap' if interpretation.replaces else interpretation.base}_kind_{kind}", 1.0
    counts = any(item.function == "count" for item in interpretation.select)
    yield "count_in_name_counted", float(evidence.count_in_name and counts)
    yield "how_many_unanswered", float(cues.how_many and not counts and not evidence.count_in_name)
    if kind in ("count_column", "count_distinct") and cues.count is not None:
        starts = [m.start for m in evidence.named if m.start > cues.count]
        yield f"{kind}_named_at_once", float(bool(starts) and starts[0] <= cues.count + 3)
    if cues.count is not None:
        yield f"count_cue_kind_{kind}", 1.0
    if cues.group:
        yield f"group_cue_{'grouped' if interpretation.group else 'ungrouped'}", 1.0
    if evidence.superlatives:
        yield f"superlative_kind_{kind.split('_')[0]}", 1.0
    bound = sum(item.function in {f for _, f in evidence.aggregates} for item in interpretation.select)
    plain = [position for position, _ in evidence.aggregates if _plain(evidence, position)]
    numeric = [i for i in interpretation.select if i.function in ("avg", "sum") and i.column]
    yield (
        "aggregate_of_text",
        float(any(evidence.schema.describe(i.column).kind == "text" for i in numeric if i.column)),
    )
    yield "aggregate_unused", float(max(0, len(plain) - bound))
    yield "aggregate_used", float(min(bound, len(plain)))
    yield "distinct_cue_unused", float(cues.distinct and not _is_distinct(interpretation))
    yield "distinct", float(interpretation.distinct)
    asked = [m for m in evidence.named if evidence.in_head(m.start) and m.candidates[0][1] >= 0.8]
    new = any(not any(column in evidence.shown_before for column, _ in mention.candidates) for mention in asked)
    yield "previous_though_a_new_column_is_asked", float(kind == "previous" and new)
    yield "previous_unchanged", float(kind == "previous" and not interpretation.filters and interpretation.sort is None)
    first = evidence.cues.utterance.words[0].text if evidence.cues.utterance.words else ""
    if kind in LISTING_KINDS and first in FIRST_WORDS:
        yield f"{first}_kind_{kind}", 1.0


def _plain(evidence: Evidence, position: int) -> bool:
    return evidence.cues.utterance.words[position].text in PLAIN_AGGREGATES


def _is_distinct(interpretation: Interpretation) -> bool:
    return interpretation.distinct or any(item.distinct for item in interpretation.select) or bool(interpretation.group)
