"""Following: whether a turn builds on the one before it, and which of its constraints stay in force."""

from __future__ import annotations

from nodes.lexical.evidence import Evidence
from nodes.lexical.linear_model import Features, Weights, probability
from nodes.plan.constraints import Constraint
from nodes.state import DialogueState
from value_index.matches import ValueMatch


def following_features(evidence: Evidence) -> Features:
    """Return the features of a turn that has one before it: what speaks for and against building on it."""
    clues, before = evidence.clues, set(evidence.previous_tables)
    named = {mention.table for mention in evidence.mentions.tables if mention.score >= 0.9}
    read = [mention.readings for mention in evidence.mentions.columns if mention.readings[0][1] >= 0.8]
    at_home = [any(column.table in before for column, score in readings if score >= 0.8) for readings in read]
    compared = frozenset(constraint.column for constraint in evidence.constraints_before)
    values = chosen_values(evidence)
    previous = evidence.previous
    return {
        "bias": 1.0,
        "pronoun": float(clues.pronoun),
        "points back": float(clues.follow),
        "extends": float(clues.extend),
        "narrows": float(clues.narrow),
        "short": float(clues.content <= 2),
        "words": min(12, len(clues.utterance.words)) / 12,
        "long": max(0.0, clues.content - 5) / 5,
        "names other table": float(bool(named - before)),
        "names only other tables": float(bool(named) and not named & before),
        "names no table": float(not named),
        "names the same tables": float(bool(named) and named <= before),
        "columns elsewhere": float(sum(not home for home in at_home)),
        "columns at home": float(sum(at_home)),
        "names nothing": float(not named and not read),
        "names nothing, counts": float(not named and not read and clues.count is not None),
        "value": float(bool(values)),
        "value of compared column": float(any(match.column in compared for match in values)),
        "value again": float(any(_repeats(match, evidence) for match in values)),
        "number compared": float(bool(clues.comparisons)),
        "superlative": float(bool(clues.superlatives)),
        "counts": float(clues.count is not None),
        "asks for all": float(clues.utterance.has("all")),
        "pronoun without value": float(clues.pronoun and not values),
        "ranked before": float(bool(previous and previous.limit)),
        "constraints before": min(3.0, len(evidence.constraints_before)) / 3,
    }


def dialogue_state(evidence: Evidence, weights: Weights) -> DialogueState:
    """Decide which constraints of the previous turn are kept, which are dropped, and which the utterance brings.

    A turn that builds on the one before keeps its constraints, but for those that a new value of the same column replaces;
    another turn keeps only what it says again.
    """
    values = chosen_values(evidence)
    follows = bool(evidence.previous) and probability(following_features(evidence), weights) >= 0.5
    named = frozenset(match.column for match in values)
    narrows = evidence.clues.narrow
    kept: list[Constraint] = []
    for constraint in evidence.constraints_before:
        again = any(_same(match, constraint) for match in values)
        replaced = constraint.column in named and not narrows
        if again or (follows and not replaced):
            kept.append(constraint)
    new = [match for match in values if not any(_same(match, each) for each in kept)]
    added = (Constraint(column=m.column, operator=m.operator, values=(m.value,)) for m in new)
    return DialogueState(
        question=evidence.clues.utterance.text,
        kept=tuple(kept),
        added=tuple(dict.fromkeys(added)),
        dropped=tuple(each for each in evidence.constraints_before if each not in kept),
    )


def chosen_values(evidence: Evidence) -> tuple[ValueMatch, ...]:
    """Return the index's best reading of every mention."""
    best: dict[str, ValueMatch] = {}
    for match in evidence.matches:
        if match.mention not in best or match.score > best[match.mention].score:
            best[match.mention] = match
    return tuple(best.values())


def _same(match: ValueMatch, constraint: Constraint) -> bool:
    """Whether a value says a constraint again; a key may be compared at either end, under one name."""
    if constraint.column is None or match.column.column.lower() != constraint.column.column.lower():
        return False
    return any(str(match.value).casefold() == str(value).casefold() for value in constraint.values)


def _repeats(match: ValueMatch, evidence: Evidence) -> bool:
    return any(_same(match, each) for each in evidence.constraints_before)
