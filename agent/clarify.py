"""Clarification: where two readings of a question stay close, what to ask the user."""

from __future__ import annotations

from agent.config import ClarifySettings
from nodes.plan import Plan
from nodes.plan.render import plan_lines
from nodes.state import ScoredPlan
from value_index.models import FrozenModel


class Doubt(FrozenModel):
    """Two readings between which the user is to choose."""

    confidence: float
    """Calibrated probability that the first reading is right."""
    readings: tuple[str, str]
    """What sets each apart from the other, the more likely first."""


def doubt(plans: tuple[ScoredPlan, ...], settings: ClarifySettings) -> Doubt | None:
    """Return the two readings to choose between; None if the first is sure enough, or leads by enough."""
    if len(plans) < 2 or plans[0].confidence is None or plans[0].confidence >= settings.below:
        return None
    if plans[0].score - plans[1].score >= settings.margin:
        return None
    return Doubt(confidence=plans[0].confidence, readings=differences(plans[0].plan, plans[1].plan))


def differences(first: Plan, second: Plan) -> tuple[str, str]:
    """Return the clauses of each plan that the other does not have."""
    left, right = plan_lines(first), plan_lines(second)
    apart = ([line for line in left if line not in right], [line for line in right if line not in left])
    clauses = {line.split(" ", 1)[0] for lines in apart for line in lines}

    def text(lines: list[str]) -> str:
        missing = clauses - {line.split(" ", 1)[0] for line in lines}
        return "; ".join([*lines, *(f"no {clause}" for clause in sorted(missing))])

    return text(apart[0]), text(apart[1])


def preferred(plans: tuple[ScoredPlan, ...], choice: int) -> tuple[ScoredPlan, ...]:
    """Put the reading that the user chose (0 or 1) first."""
    return plans if choice == 0 else (plans[1], plans[0], *plans[2:])
