# pyright: basic
"""precision_loss: how the plans of the shipped weights compare with those in full precision."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from eval.scoring.plan_scores import plan_scores
from nodes.compact.turn_encoding import Planner
from nodes.node import Context
from nodes.plan import Plan
from nodes.state import GraphState, Turn
from training.ranking.conversations import Conversation


def precision_loss(
    conversations: Iterable[Conversation], shipped: Planner, full: Planner, *, turns: int
) -> dict[str, float]:
    """Return how the most probable plans of the shipped weights compare with those in full precision."""
    same = lighter = whole = seen = 0
    for state, context, gold in islice(_turns(conversations), turns):
        first, second = (planner.understand(state, context).plans(1)[:1] for planner in (shipped, full))
        seen += 1
        same += [plan for plan, _ in first] == [plan for plan, _ in second]
        lighter += any(bool(plan_scores(gold, plan)["whole_plan"]) for plan, _ in first)
        whole += any(bool(plan_scores(gold, plan)["whole_plan"]) for plan, _ in second)
    return {"turns": seen, "same plan": same / seen, "whole plan": lighter / seen, "whole plan, full": whole / seen}


def _turns(conversations: Iterable[Conversation]) -> Iterator[tuple[GraphState, Context, Plan]]:
    for each in conversations:
        history = tuple(Turn(utterance=turn.utterance, sql=turn.sql) for turn in each.turns)
        for number, turn in enumerate(each.turns):
            if turn.plan is not None:
                state = GraphState(
                    turn_id=f"{each.key}/{number}", database_id=each.database, history=history[:number],
                    utterance=turn.utterance,
                )  # fmt: skip
                yield state, each.context.of_turn(state), turn.plan
