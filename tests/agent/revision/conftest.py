"""A planner that knows the plans of a few questions, over the table `item`."""

from __future__ import annotations

import pytest

from agent.config import Config
from nodes.node import Context, Variant
from nodes.sql.to_plan import to_plan
from nodes.sql_generation import Compiler
from nodes.state import GraphState, ScoredPlan

ANSWERS = {
    "all": ("SELECT name FROM item", "SELECT price FROM item", "SELECT DISTINCT name FROM item"),
    "dear": ("SELECT name FROM item WHERE price > 20", "SELECT name FROM item WHERE price < 20"),
    "very dear": ("SELECT name FROM item WHERE price > 40", "SELECT name FROM item WHERE price > 10 AND price < 40"),
    "dear lamps": ("SELECT name FROM item WHERE price > 20 AND name = 'lamp'",),
}


class Planner(Variant):
    """Knows the plans of a question."""

    async def __call__(self, state: GraphState, context: Context) -> tuple[ScoredPlan, ...]:
        plans = (to_plan(sql, context.schema) for sql in ANSWERS[state.utterance])
        return tuple(ScoredPlan(plan=plan, score=-rank, confidence=0.5) for rank, plan in enumerate(plans))


@pytest.fixture
def config(skip: Config) -> Config:
    settings = {**skip.settings, "plan_emission": Planner(), "sql_generation": Compiler()}
    return Config(variants=skip.variants, settings=settings)
