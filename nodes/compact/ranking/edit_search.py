"""with_edits: the best candidates, edited as the words ask, and the best of these edited once more."""

from __future__ import annotations

from nodes.compact.ranking.candidate import Candidate, ranking
from nodes.compact.ranking.features.all_features import PlanFeatures
from nodes.compact.ranking.opinions import LEAST_SCORE
from nodes.compact.turn_encoding import Understanding
from nodes.coverage.edits.all_edits import EDITS, MENDING, edited
from nodes.coverage.edits.conditions import completed
from nodes.plan import Plan
from value_index.linear_model import Weights

EDIT_ROUNDS = 2
"""How often the best plans so far are edited."""
ASKED_EDITS = frozenset(
    (
        "condition",
        "order",
        "group",
        "each",
        "figure",
        "cast",
        "roles",
        "own_key",
        "given_up",
        "display",
        "count",
        "time_group",
        "counted",
        "share",
        "group_share",
        "difference",
        "average_count",
        "sales",
        "listed_again",
        "place",
        "others",
        "number",
        "key_names",
        "group_names",
        "rest_names",
        "their_names",
        "listed",
        "more",
        "nothing",
        "of_ranked",
        "led_to",
        "people",
    )
)
"""Edits that words of the turn ask for: what the network thinks of them weighs less."""
SENSE_EDITS = frozenset(
    (
        "within_cut",
        "shape",
        "follow_up",
        "distinct",
        "repeat",
        "null_key",
        "join",
        "measure",
        "absent",
        "extreme",
        "sibling",
    )
)
"""Edits that keep what a plan says: what the network thinks of them weighs nothing."""
COMPLETED = frozenset(
    (
        "each",
        "group",
        "count",
        "projection",
        "order",
        "time_group",
        "counted",
        "absent",
        "sales",
        "listed",
        "more",
        "shape",
    )
)
"""Edits whose plans are given the missing conditions at once as well."""
BROKEN = (
    "fan_trap",
    "cross_join",
    "condition_twice",
    "contradiction",
    "copy_unused",
    "texts_compared",
    "key_summed",
    "counts_itself",
    "one_row_ordered",
    "sibling_said",
)
"""Features of plans that are mended wherever they rank."""
EDITED = 4
"""Plans that are edited in a round."""


def with_edits(
    found: list[Candidate], judge: PlanFeatures, understanding: Understanding, weights: Weights
) -> list[Candidate]:
    """Return candidates with the edits of the best of them, and the edits of the best of all.

    "How many books cost over 20?": of SELECT title FROM book the edit `count` makes SELECT count(*) FROM book, and of that
    the edit `condition` SELECT count(*) FROM book WHERE price > 20.
    """
    pool, seen = list(found), set[Plan]()
    broken = [each for each in pool if any(each.features.get(name) for name in BROKEN)]
    pool += _made(broken, MENDING, judge, understanding)
    for _ in range(EDIT_ROUNDS):
        best = [each for each, _ in ranking(pool, weights)[:EDITED]]
        if judge.demand.previous is not None:
            best += [each for each in pool if each.plan == judge.demand.previous]
        new = [each for each in best if each.plan not in seen and not seen.add(each.plan)]
        pool += _made(new, tuple(EDITS), judge, understanding)
    return pool


def _made(
    origins: list[Candidate], names: tuple[str, ...], judge: PlanFeatures, understanding: Understanding
) -> list[Candidate]:
    """Return what some edits make of some candidates."""
    made: list[tuple[Candidate, tuple[str, ...], Plan]] = [
        (origin, (name,), plan) for origin in origins for name, plan in edited(origin.plan, judge.demand, names)
    ]
    for origin, by, plan in list(made):
        if by[-1] in COMPLETED and (whole := completed(plan, judge.demand)) is not None:
            made.append((origin, (*by, "condition"), whole))
    scores = understanding.scores([plan for *_, plan in made])
    return [_edited(*each, score, judge) for each, score in zip(made, scores, strict=True)]


def _edited(origin: Candidate, by: tuple[str, ...], plan: Plan, score: float | None, judge: PlanFeatures) -> Candidate:
    """Return an edit of a candidate: the network thinks of it no worse than of what it was made of."""
    opinion = dict(origin.opinion)
    own = (LEAST_SCORE if score is None else max(LEAST_SCORE, score)) / 5
    gain = own - opinion.get("network", LEAST_SCORE / 5)
    if score is not None and by[0] not in SENSE_EDITS:
        kind = "asked_likelihood" if by[0] in ASKED_EDITS else "edit_likelihood"
        opinion[kind] = max(-2.0, min(0.0, gain)) + origin.opinion.get(kind, 0.0)
    if gain > 0:
        opinion["network"] = own
        behind = min(0.0, opinion.get("network_behind", 0.0) + gain)
        opinion |= {"network_behind": behind, "network_behind_root": -((-5 * behind) ** 0.5)}
    return judge.candidate(plan, opinion, edits=(*origin.edits, *by))
