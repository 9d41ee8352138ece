"""The choice: one group of candidates, and the words that say why."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from math import exp
from pathlib import Path

from nodes.choice.features import FEATURES, GroupFacts
from nodes.state import CandidateGroup, Choice
from value_index.files.weights_file import read_weights
from value_index.linear_model import Weights, weighted

WEIGHTS = Path(__file__).with_name("weights.json")


@cache
def choice_weights(path: Path = WEIGHTS) -> Weights:
    """Read the weights once.

    Raises:
        WeightsFileError: they cannot be read, or are of other features than these.
    """
    return read_weights(path, {"choice": FEATURES}, ()).models["choice"]


def choose(groups: Sequence[tuple[CandidateGroup, GroupFacts]], weights: Weights) -> Choice:
    """Choose among at least one group; the probabilities of all of them add up to 1.

    The model speaks for one group or for none: where it gives no SQL that runs, the planner's order stands.
    """
    helps = any(facts.model and not facts.fails for _, facts in groups)
    scores = [weighted(facts.features(), weights) if helps else _planners(facts) for _, facts in groups]
    best = max(scores)
    total = sum(exp(score - best) for score in scores)
    offered = [
        group.model_copy(update={"probability": exp(score - best) / total})
        for (group, _), score in zip(groups, scores, strict=True)
    ]
    place = scores.index(best)
    return Choice(chosen=place, reason=reason(groups[place][1], len(groups)), groups=tuple(offered))


def _planners(facts: GroupFacts) -> float:
    """Return the planner's own score of a group: its first plan, if that runs, else the likeliest."""
    return facts.share + facts.first - 3.0 * facts.fails


def reason(facts: GroupFacts, groups: int) -> str:
    """Say in a few words what speaks for a group.

    >>> reason(GroupFacts(.6, 2, True, True, .7, False, False, 0), 3)
    'the model and the first plan return the same rows'
    """
    if groups == 1:
        return "all candidates return the same rows"
    if facts.model and facts.first:
        return "the model and the first plan return the same rows"
    if facts.model and facts.plans:
        return "the model and another plan return the same rows"
    if facts.model:
        return "the model's rows, which no plan returns"
    if facts.first:
        return f"the first plan, of which the planner is sure by {facts.confidence:.0%}"
    return "another plan than the first"
