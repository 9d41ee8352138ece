"""The coins of a task, and what its tools give the agent to read."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping
from typing import Any

import pytest

from eval.interact.play.ledger import COSTS, Ledger
from eval.interact.play.session import ModeName, PlaySession


class Fed:
    """A service fed from a queue: every request takes the next answer, an unexpected one fails."""

    def __init__(self, *answers: dict[str, Any]) -> None:
        self.answers = deque(answers)
        self.seen: list[tuple[str, Mapping[str, Any]]] = []

    async def post(self, path: str, payload: Mapping[str, Any]) -> dict[str, Any]:
        self.seen.append((path, payload))
        assert self.answers, f"unexpected {path}"
        return self.answers.popleft()

    async def get(self, path: str) -> dict[str, Any]:
        raise AssertionError(path)


def session(
    *answers: dict[str, Any], mode: ModeName = "a-interact", budget: float = 18.0, turns: int = 2
) -> PlaySession:
    service = Fed(*answers)
    return PlaySession("farm_1", mode, environment=service, user=service, budget=budget, turns=turns)


def test_the_last_coins_go_with_a_submission_and_end_the_task() -> None:
    ledger = Ledger(4.0)
    assert ledger.take("execute_sql") and ledger.left == 3.0
    assert ledger.take("submit_sql") and ledger.left == -1 and ledger.is_over
    assert ledger.spent == 4.0 and not ledger.affords("submit_sql")


def test_a_last_submission_is_let_through_for_what_is_left() -> None:
    ledger = Ledger(2.5)
    assert ledger.affords("ask_user") and ledger.take("ask_user") and not ledger.affords("execute_sql")
    assert ledger.affords("submit_sql") and ledger.take("submit_sql") and ledger.spent == 2.5


@pytest.mark.parametrize(("budget", "asks"), [(5.0, False), (5.5, True), (6.0, True)])
def test_coins_are_kept_for_the_submission_and_the_follow_up_after_it(budget: float, asks: bool) -> None:
    assert session(budget=budget).goes_on_after("ask_user") == asks


def test_every_result_says_what_is_left_and_a_refused_action_costs_nothing() -> None:
    play = session({"schema": "CREATE TABLE t"}, budget=1.5)
    assert asyncio.run(play.use("get_schema")) == "CREATE TABLE t\n\n[SYSTEM NOTE: Remaining budget: 0.5/1.5]"
    refused = asyncio.run(play.use("execute_sql", sql="SELECT 1"))
    assert refused.startswith("Budget exhausted (0.5 remaining). You MUST call submit_sql now")
    assert play.ledger.left == 0.5 and [call.cost for call in play.calls] == [1.0, None]


@pytest.mark.parametrize("tool", sorted(COSTS))
def test_each_tool_asks_its_service_and_is_charged_once(tool: str) -> None:
    answer = {"success": True, "result": "r", "answer": "r", "message": "SQL failed Phase 1. Your SQL is not correct."}
    answer |= dict.fromkeys(("schema", "column_meanings", "meaning", "names", "knowledge"), "r")
    play = session(answer)
    asyncio.run(play.use(tool, sql="SELECT 1", question="q", table_name="t", column_name="c", knowledge_name="k"))
    assert play.ledger.left == 18.0 - COSTS[tool] and play.calls[0].cost == COSTS[tool]


def test_a_solved_phase_brings_the_follow_up_and_tells_the_user_simulator() -> None:
    right = {"passed": True, "message": "Phase 1 correct! (Reward: 0.7). Moving to Phase 2.", "reward": 0.7,
             "phase_completed": 1, "has_follow_up": True, "follow_up_query": "And their wheat?"}  # fmt: skip
    play = session(right, {"status": "ok", "phase": 2})
    shown = asyncio.run(play.use("submit_sql", sql="SELECT 1"))
    assert "Follow-up question: And their wheat?\nBudget remaining: 15.0 bird-coins" in shown
    assert play.phase == 2 and play.follow_up == "And their wheat?" and play.reward == 0.7 and not play.is_done


def test_a_conversation_has_turns_in_place_of_coins() -> None:
    play = session({"answer": "over 4"}, {"answer": "no"}, mode="c-interact", turns=1)
    assert asyncio.run(play.use("ask_user", question="big?")).endswith(
        "[SYSTEM NOTE: Clarification turns remaining: 0/1]"
    )
    assert not play.affords("ask_user") and play.affords("submit_sql") and not play.affords("execute_sql")
    assert play.dialogue == [{"role": "agent", "content": "big?"}, {"role": "user", "content": "over 4"}]
