"""Features of a group of candidates: what speaks for the rows that they return.

A plan and a model that were made apart and return the same rows are seldom wrong together (right in .90 to .92 of the
turns of published answers), whatever either says of itself. Where they differ, the planner's ranking says how well it
thinks of the model's plan: what it leaves out of the question, what it shows beside it, which filters it forgot.
"""

from __future__ import annotations

from dataclasses import dataclass

from value_index.linear_model import Feature, Features

FEATURES = (
    Feature("share", "The share of the plans' probability that lies on the group."),
    Feature("plans", "How many plans return these rows, over five."),
    Feature("first", "True if the planner's first plan is in it."),
    Feature("first_confidence", "The planner's confidence, if its first plan is in it."),
    Feature("model", "True if the model's SQL is in it."),
    Feature("model_and_first", "True if model and first plan return the same rows."),
    Feature("model_and_share", "The plans' share, if the model's SQL is in it."),
    Feature("model_and_plans", "True if the model's SQL is in it, and a plan."),
    Feature("model_alone_unsure", "How unsure the planner is, if the model's SQL is alone in it."),
    Feature("model_alone_warnings", "Warnings of the validator, up to two, if the model's SQL is alone in it."),
    Feature("model_alone_empty", "True if the model's SQL is alone in it, and returns nothing."),
    Feature("empty", "True if it returns no rows, or nothing but NULL."),
    Feature("zero", "True if it returns a single 0: a count of what is not there."),
    Feature("fails", "True if it does not run."),
    Feature("warnings", "Warnings of the validator, up to two."),
    Feature(
        "lead", "The planner's score of it minus that of its first plan, from -6 to 3, over three; -1 if it is no plan."
    ),
    Feature("model_alone_unread", "True if the model's SQL is alone in it, and no plan."),
    Feature(
        "model_alone_wider", "How many columns more than the first plan it shows, up to three, if the model is alone."
    ),
    Feature("model_alone_narrower", "How many columns fewer, up to three, if the model is alone."),
    Feature(
        "model_alone_behind",
        "How far the planner's score of it is more than three below the first plan's, up to three.",
    ),
)
UNREAD = -1.0
"""The lead of SQL that is no plan."""
FAR = 3.0
"""How far behind the first plan a model's plan is seldom right."""


@dataclass(frozen=True)
class GroupFacts:
    """What is known of a group of candidates."""

    share: float
    plans: int
    first: bool
    model: bool
    confidence: float
    """The planner's of its first plan, whichever group that is in."""
    empty: bool
    fails: bool
    warnings: int
    lead: float | None = 0.0
    """The planner's score of its best SQL, less that of the first plan; None if none of it is a plan."""
    zero: bool = False
    """Whether it returns a single 0."""
    wider: int = 0
    """How many columns more than the first plan it shows; negative for fewer."""

    def features(self) -> Features:
        """Return the features of the group."""
        alone, warnings = self.model and not self.plans, float(min(2, self.warnings))
        return {
            "share": self.share,
            "plans": min(5, self.plans) / 5,
            "first": float(self.first),
            "first_confidence": self.first * self.confidence,
            "model": float(self.model),
            "model_and_first": float(self.model and self.first),
            "model_and_share": self.model * self.share,
            "model_and_plans": float(self.model and self.plans > 0),
            "model_alone_unsure": alone * (1.0 - self.confidence),
            "model_alone_warnings": alone * warnings,
            "model_alone_empty": float(alone and self.empty),
            "empty": float(self.empty),
            "zero": float(self.zero),
            "fails": float(self.fails),
            "warnings": warnings,
            "lead": UNREAD if self.lead is None else max(-6.0, min(3.0, self.lead)) / 3,
            "model_alone_unread": float(alone and self.lead is None),
            "model_alone_wider": float(alone * max(0, min(3, self.wider))),
            "model_alone_narrower": float(alone * max(0, min(3, -self.wider))),
            "model_alone_behind": alone * max(0.0, min(3.0, -FAR - (self.lead or 0.0))),
        }
