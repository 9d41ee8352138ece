"""plan_hint: the planner's plans for a prompt, with the doubt that they deserve."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp

from nodes.plan import Plan
from nodes.plan.render import plan_lines
from nodes.prompts.budget import within
from nodes.prompts.parts import PromptParts
from nodes.prompts.schema_text import one_line
from nodes.state import ScoredPlan


def plan_hint(plans: Sequence[ScoredPlan], parts: PromptParts) -> str:
    """Write the plans as the parts ask for them; "" if none is shown."""
    plans = [scored for scored in plans if scored.plan != Plan()]
    sure = plans[0].confidence if plans else None
    if not plans or parts.plan == "none" or (sure is not None and sure < parts.least_confidence):
        return ""
    if parts.plan == "first":
        return "\n".join(("Plan of the query:", *_lines(plans[0].plan)))
    best = plans[0].score
    shares = [exp(scored.score - best) for scored in plans]
    told = [
        "\n".join((f"Reading {place} ({share / sum(shares):.0%}):", *_lines(scored.plan)))
        for place, (scored, share) in enumerate(zip(plans, shares, strict=True), 1)
    ][: parts.readings]
    shown = within(told, parts.reading_tokens)
    doubt = "" if sure is None else f" The first is right in {sure:.0%} of such cases."
    head = f"Readings of the question by another program: follow one only where it fits the question.{doubt}"
    return "\n".join((head, *shown)) if shown else ""


def _lines(plan: Plan) -> list[str]:
    return [one_line(line) for line in plan_lines(plan)]
