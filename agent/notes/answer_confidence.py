"""answer_confidence: how likely an answer is right, once its rows and those of the plans behind it are seen.

The planner gives its confidence before anything is run. Its plans for "Which shops are in Kiel?" may differ in their text and
return the same rows, which speaks for them; where the second of them returns others, or the first no rows at all, the answer
is less sure than the plan was.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from math import exp, log
from pathlib import Path

from agent.notes.rivals import FAR, Rival
from nodes.plan import Plan
from value_index.database import Result
from value_index.files.weights_file import FeatureLists, read_weights
from value_index.linear_model import Feature, Features, Weights, probability

WEIGHTS = Path(__file__).with_name("answer_confidence.json")
FEATURES = (
    Feature("bias", "Always 1."),
    Feature("planner", "The log-odds of the planner's confidence in its first plan."),
    Feature("lead", "How far the first plan leads the best with other rows, four at most, over four."),
    Feature("same_rows", "The share of the plans' probability that lies on plans with the rows of the answer."),
    Feature("nothing", "True if there are no rows, or nothing but NULL in them."),
    Feature("many", "True if there are more rows than somebody reads."),
    Feature("again", "True if it is the query of the turn before once more, whatever was asked now."),
    Feature(
        "unanswered", "How many words of the question nothing in the database answers to, three at most, over three."
    ),
)
LISTS: FeatureLists = {"answer": FEATURES}
LEAST = 0.001
"""A confidence nearer to 0 or to 1 counts as this near."""
MOST_UNANSWERED = 3
MANY = 50
"""Rows that somebody reads."""


def answer_confidence(
    planner: float, plan: Plan, found: Sequence[Rival], result: Result, *, again: bool = False, unanswered: int = 0
) -> float:
    """Return the probability that an answer is right.

    Args:
        planner: its planner's confidence.
        plan: the plan that was answered with.
        found: the plans that came near it.
        result: the rows.
        again: whether it is the query of the turn before.
        unanswered: words of the question that nothing in the database answers to.
    """
    features = confidence_features(planner, plan, found, result, again=again, unanswered=unanswered)
    return probability(features, answer_weights())


def confidence_features(
    planner: float, plan: Plan, found: Sequence[Rival], result: Result, *, again: bool = False, unanswered: int = 0
) -> Features:
    """Return what tells whether an answer is right; `answer_confidence` says of what."""
    kept = min(1 - LEAST, max(LEAST, planner))
    shares = [(exp(-each.behind), each.same_rows) for each in found]
    other = rival_with_other_rows(plan, found)
    return {
        "bias": 1.0,
        "planner": log(kept / (1 - kept)),
        "lead": (FAR if other is None else other.behind) / FAR,
        "same_rows": (1 + sum(share for share, same in shares if same)) / (1 + sum(share for share, _ in shares)),
        "nothing": float(all(cell is None for row in result.rows for cell in row)),
        "many": float(len(result.rows) > MANY),
        "again": float(again),
        "unanswered": min(MOST_UNANSWERED, unanswered) / MOST_UNANSWERED,
    }


def rival_with_other_rows(plan: Plan, found: Sequence[Rival]) -> Rival | None:
    """Return the best rival with other rows than the answer; one that shows more or fewer columns, or in another order, is none."""
    rest = (each for each in found if not each.same_rows and not shows_less_or_more(plan, each.scored.plan))
    return next(rest, None)


def shows_less_or_more(first: Plan, other: Plan) -> bool:
    """Tell whether plans differ in the order of columns, or in that one shows some more: that can be seen in the rows."""
    shown, others = set(first.select), set(other.select)
    return (shown <= others or others <= shown) and first.model_copy(update={"select": other.select}) == other


@cache
def answer_weights() -> Weights:
    """Read the weights once.

    Raises:
        WeightsFileError: they cannot be read, or are of other features than these.
    """
    models: Mapping[str, Weights] = read_weights(WEIGHTS, LISTS, ()).models
    return models["answer"]
