"""Features of follow-up detection: whether a turn builds on the one before it.

After SELECT title FROM book WHERE genre = 'Mystery', "How many of them are there?" keeps the filter (a pronoun, no table
named): SELECT COUNT(*) FROM book WHERE genre = 'Mystery'. "How many loans are there?" drops it (another table is named).
"""

from __future__ import annotations

from nodes.lexical.evidence import Evidence
from nodes.plan.constraints import Constraint
from value_index.linear_model import Feature, Features
from value_index.matches import ValueMatch

FEATURES = (
    Feature("bias", "Always 1."),
    Feature("pronoun", 'True if a pronoun points back: "their titles".'),
    Feature("points_back", 'True if words point back: "of those".'),
    Feature("extends", 'True if words ask for more of the same: "also show the pages".'),
    Feature("narrows", 'True if words narrow the rows: "only the long ones".'),
    Feature("short", "True if the utterance has at most two words of content."),
    Feature("words", "The words of the utterance, up to twelve, over twelve."),
    Feature("long", "The words of content beyond five, over five."),
    Feature("names_other_table", "True if a table is named that the previous query does not read."),
    Feature("names_only_other_tables", "True if tables are named and the previous query reads none of them."),
    Feature("names_no_table", "True if no table is named."),
    Feature("names_the_same_tables", "True if tables are named and the previous query reads all of them."),
    Feature("columns_elsewhere", "How many named columns stand in no table of the previous query."),
    Feature("columns_at_home", "How many named columns stand in a table of the previous query."),
    Feature("names_nothing", "True if neither a table nor a column is named."),
    Feature("names_nothing_counts", 'True if nothing is named and a count is asked ("How many are there?").'),
    Feature("value", 'True if a stored value is named ("What about thrillers?").'),
    Feature("value_of_compared_column", "True if the value is of a column that the previous query compares."),
    Feature("value_again", "True if the previous query compares that column with the same value."),
    Feature("number_compared", 'True if words compare a number: "over 300 pages".'),
    Feature("superlative", 'True if there is a superlative: "the longest".'),
    Feature("counts", "True if a count is asked."),
    Feature("asks_for_all", 'True if the utterance has the word "all".'),
    Feature("pronoun_without_value", "True if a pronoun points back and no value is named."),
    Feature("ranked_before", "True if the previous query has a LIMIT."),
    Feature("constraints_before", "How many conditions the previous query has, up to three, over three."),
)


def follow_up_features(evidence: Evidence) -> Features:
    """Return the features of a turn that has one before it."""
    cues, before = evidence.cues, set(evidence.previous_tables)
    named = {mention.table for mention in evidence.mentions.tables if mention.score >= 0.9}
    read = [mention.candidates for mention in evidence.mentions.columns if mention.candidates[0][1] >= 0.8]
    at_home = [any(column.table in before for column, score in candidates if score >= 0.8) for candidates in read]
    compared = frozenset(constraint.column for constraint in evidence.constraints_before)
    values = chosen_values(evidence)
    previous = evidence.previous
    return {
        "bias": 1.0,
        "pronoun": float(cues.pronoun),
        "points_back": float(cues.follow),
        "extends": float(cues.extend),
        "narrows": float(cues.narrow),
        "short": float(cues.content <= 2),
        "words": min(12, len(cues.utterance.words)) / 12,
        "long": max(0.0, cues.content - 5) / 5,
        "names_other_table": float(bool(named - before)),
        "names_only_other_tables": float(bool(named) and not named & before),
        "names_no_table": float(not named),
        "names_the_same_tables": float(bool(named) and named <= before),
        "columns_elsewhere": float(sum(not home for home in at_home)),
        "columns_at_home": float(sum(at_home)),
        "names_nothing": float(not named and not read),
        "names_nothing_counts": float(not named and not read and cues.count is not None),
        "value": float(bool(values)),
        "value_of_compared_column": float(any(match.column in compared for match in values)),
        "value_again": float(any(_repeats(match, evidence) for match in values)),
        "number_compared": float(bool(cues.comparisons)),
        "superlative": float(bool(cues.superlatives)),
        "counts": float(cues.count is not None),
        "asks_for_all": float(cues.utterance.has("all")),
        "pronoun_without_value": float(cues.pronoun and not values),
        "ranked_before": float(bool(previous and previous.limit)),
        "constraints_before": min(3.0, len(evidence.constraints_before)) / 3,
    }


def chosen_values(evidence: Evidence) -> tuple[ValueMatch, ...]:
    """Return the index's best match of every mention."""
    best: dict[str, ValueMatch] = {}
    for match in evidence.matches:
        if match.mention not in best or match.score > best[match.mention].score:
            best[match.mention] = match
    return tuple(best.values())


def says_again(match: ValueMatch, constraint: Constraint) -> bool:
    """Whether a value says a constraint again; a key may be compared at either end, under one name."""
    if constraint.column is None or match.column.column.lower() != constraint.column.column.lower():
        return False
    return any(str(match.value).casefold() == str(value).casefold() for value in constraint.values)


def _repeats(match: ValueMatch, evidence: Evidence) -> bool:
    return any(says_again(match, each) for each in evidence.constraints_before)
