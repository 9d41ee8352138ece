"""Judged: a candidate of the planner and what it is worth, as the cross-encoder is to rank it."""

from __future__ import annotations

from dataclasses import dataclass

from eval.gold.outputs import Gold
from eval.scoring.plan_scores import plan_scores
from eval.scoring.verdicts.executions import Executions
from eval.scoring.verdicts.same_rows import same_rows
from nodes.compact.ranking.candidate import Candidate
from nodes.node import Context
from training.ranking.candidates import written

WHOLE_PLAN, MACRO = 0.5, 4.0
"""A candidate's reward is 1 where its rows are right, with these for a right plan and for how nearly it is right, part by part."""
SHARPNESS = 3.0


@dataclass(frozen=True)
class Judged:
    """A candidate and what it is worth."""

    candidate: Candidate
    right: bool
    """Whether its rows are the gold's."""
    whole: bool
    macro: float

    @property
    def reward(self) -> float:
        """What the ranker is to prefer."""
        return self.right + WHOLE_PLAN * self.whole + MACRO * self.macro


def judged(candidate: Candidate, gold: Gold, context: Context, executions: Executions) -> Judged:
    """Execute a candidate and compare it with the gold."""
    sql = written(candidate.plan, context)
    scores = plan_scores(gold.plan, candidate.plan)
    right = bool(sql) and same_rows(executions, context.database, gold.sql, sql)
    return Judged(candidate, right, bool(scores["whole_plan"]), scores["macro"] or 0.0)
