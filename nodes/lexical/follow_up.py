"""Follow-up detection: whether a turn builds on the one before it, and which of its constraints stay in force."""

from __future__ import annotations

from nodes.lexical.evidence import Evidence
from nodes.lexical.features.follow_up import chosen_values, follow_up_features, says_again
from nodes.plan.constraints import Constraint
from nodes.state import DialogueState
from value_index.linear_model import Weights, probability


def dialogue_state(evidence: Evidence, weights: Weights) -> DialogueState:
    """Decide which constraints of the previous turn are kept, which are dropped, and which the utterance brings.

    A turn that builds on the one before keeps its constraints, but for those that a new value of the same column replaces;
    another turn keeps only what it says again.
    """
    values = chosen_values(evidence)
    follows = bool(evidence.previous) and probability(follow_up_features(evidence), weights) >= 0.5
    named = frozenset(match.column for match in values)
    narrows = evidence.cues.narrow
    kept: list[Constraint] = []
    for constraint in evidence.constraints_before:
        again = any(says_again(match, constraint) for match in values)
        replaced = constraint.column in named and not narrows
        if again or (follows and not replaced):
            kept.append(constraint)
    new = [match for match in values if not any(says_again(match, each) for each in kept)]
    added = (Constraint(column=m.column, operator=m.operator, values=(m.value,)) for m in new)
    return DialogueState(
        question=evidence.cues.utterance.text,
        kept=tuple(kept),
        added=tuple(dict.fromkeys(added)),
        dropped=tuple(each for each in evidence.constraints_before if each not in kept),
    )
