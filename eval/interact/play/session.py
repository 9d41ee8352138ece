"""PlaySession: one task as the agent sees it: its tools, what they cost, and what came of them."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, ClassVar, Literal

from pydantic import Field

from eval.interact.play.ledger import COSTS, Ledger
from eval.interact.play.messages import ERROR_FLAG, budget_note, coins, turns_note
from eval.interact.play.services import Service, ServiceError
from value_index.models import FrozenModel

ModeName = Literal["c-interact", "a-interact"]
_TOOLS_OF_C = ("ask_user", "submit_sql")


class ToolCall(FrozenModel):
    """One action of the agent, as the benchmark writes it down."""

    tool: str
    args: dict[str, str] = Field(default_factory=dict[str, str])
    result: str
    """What the agent read, without the note on what is left."""
    cost: float | None = None
    """None in c-Interact, which has no coins."""
    budget_before: float | None = None
    budget_after: float | None = None


class PlaySession:
    """A task in play; what the tools do to it stands in its fields."""

    def __init__(
        self, task_id: str, mode: ModeName, *, environment: Service, user: Service, budget: float | None, turns: int
    ) -> None:
        self.task_id = task_id
        self.mode: ModeName = mode
        self.environment, self.user = environment, user
        self.ledger = Ledger(budget if mode == "a-interact" else None)
        self.turns = turns
        """Questions that the user answers in c-Interact."""
        self.calls: list[ToolCall] = []
        self.dialogue: list[dict[str, str]] = []
        self.phase = 1
        self.passed: dict[int, bool] = {1: False, 2: False}
        self.submissions: dict[int, int] = {1: 0, 2: 0}
        self.rewards: dict[int, float] = {}
        """What each phase has earned."""
        self.is_done = False
        self.last_submitted = ""
        """What the environment said of the latest submission."""
        self.follow_up = ""
        """The follow-up that the latest submission brought."""

    @property
    def reward(self) -> float:
        """What the task has earned."""
        return round(sum(self.rewards.values()), 6)

    @property
    def asked(self) -> int:
        """How many questions were asked."""
        return sum(call.tool == "ask_user" for call in self.calls)

    @property
    def turns_left(self) -> int:
        """How many questions are left in c-Interact."""
        return max(0, self.turns - self.asked)

    @property
    def is_over(self) -> bool:
        """Whether nothing more can be done."""
        return self.is_done or self.ledger.is_over

    def affords(self, tool: str) -> bool:
        """Tell whether a tool may be used now."""
        if self.is_over:
            return False
        if self.mode == "c-interact":
            return tool in _TOOLS_OF_C and (tool != "ask_user" or self.turns_left > 0)
        return self.ledger.affords(tool)

    def goes_on_after(self, tool: str) -> bool:
        """Tell whether the coins last for a tool and a submission, and a last one for the follow-up, which takes what is left."""
        return self.ledger.left - COSTS[tool] > COSTS["submit_sql"]

    async def use(self, tool: str, **args: str) -> str:
        """Use a tool: its price is taken, then it runs; return what the agent reads.

        Raises:
            ServiceError: the service gave no answer however often it was asked.
        """
        assert tool in COSTS, f"no tool {tool!r}"
        if not self.affords(tool):
            left = self.ledger.left
            said = f"Budget exhausted ({left:.1f} remaining). You MUST call submit_sql now with your best SQL."
            return self._noted(tool, args, said, None)
        entry = self.ledger.take(tool)
        result = await self._RUN[tool](self, args)
        return self._noted(tool, args, result, entry)

    def _noted(self, tool: str, args: Mapping[str, str], result: str, entry: Any) -> str:
        cost, before, after = (entry.cost, entry.before, entry.after) if entry else (None, None, None)
        self.calls.append(
            ToolCall(tool=tool, args=dict(args), result=result, cost=cost, budget_before=before, budget_after=after)
        )
        if self.mode == "c-interact":
            return result + (turns_note(self.turns - self.asked, self.turns) if tool == "ask_user" else "")
        shown = self.ledger.budget is not None and self.ledger.left >= 0
        return result + (budget_note(self.ledger.left, self.ledger.budget or 0.0) if shown else "")

    async def _read(self, path: str, field: str, default: str, **more: str) -> str:
        answer = await self.environment.post(path, {"task_id": self.task_id, **more})
        found = answer.get(field, default)
        return found if isinstance(found, str) else json.dumps(found)

    async def _execute(self, args: Mapping[str, str]) -> str:
        answer = await self.environment.post("/execute", {"task_id": self.task_id, "sql": args["sql"]})
        if answer.get("success"):
            return str(answer.get("result", "Query executed successfully."))
        return f"SQL Error: {answer.get('error') or 'Execution failed (no details)'}"

    async def _ask(self, args: Mapping[str, str]) -> str:
        answer = await self.user.post("/ask", {"task_id": self.task_id, "question": args["question"]})
        said = str(answer.get("answer", "No response from user."))
        self.dialogue += [{"role": "agent", "content": args["question"]}, {"role": "user", "content": said}]
        return said

    async def _submit(self, args: Mapping[str, str]) -> str:
        self.submissions[self.phase] += 1
        answer = await self.environment.post("/submit", {"task_id": self.task_id, "sql": args["sql"]})
        message = answer.get("message")
        if not isinstance(message, str):
            raise ServiceError(f"/submit: no message in {answer}")
        self.last_submitted, self.follow_up = message, ""
        parts = [message.replace(f"{ERROR_FLAG} ", "")]
        if (earned := float(answer.get("reward") or 0)) > 0:
            parts.append(f"Reward: {answer['reward']}")
        if answer.get("passed"):
            await self._passed(answer, earned)
        if answer.get("has_follow_up"):
            self.follow_up = str(answer.get("follow_up_query") or "")
            parts.append(f"Follow-up question: {self.follow_up}")
        parts.append(f"Budget remaining: {coins(self.ledger.left)} bird-coins")
        return "\n".join(parts)

    async def _passed(self, answer: Mapping[str, Any], earned: float) -> None:
        phase = int(answer.get("phase_completed") or self.phase)
        self.rewards[phase] = earned
        self.passed[phase] = True
        if phase == 1 and answer.get("has_follow_up"):
            self.phase = 2
            await self.user.post("/phase_transition", {"task_id": self.task_id})
        else:
            self.is_done = True

    _RUN: ClassVar[dict[str, Callable[[PlaySession, Mapping[str, str]], Awaitable[str]]]] = {
        "execute_sql": _execute,
        "ask_user": _ask,
        "submit_sql": _submit,
        "get_schema": lambda self, _: self._read("/schema", "schema", "Schema not available"),
        "get_all_column_meanings": lambda self, _: self._read("/all_column_meanings", "column_meanings", "{}"),
        "get_column_meaning": lambda self, args: self._read(
            "/column_meaning", "meaning", "Column meaning not found", **args
        ),
        "get_all_external_knowledge_names": lambda self, _: self._read("/knowledge_names", "names", "[]"),
        "get_knowledge_definition": lambda self, args: self._read(
            "/knowledge", "knowledge", "Knowledge not found.", **args
        ),
        "get_all_knowledge_definitions": lambda self, _: self._read("/knowledge", "knowledge", "[]"),
    }
    """What each tool asks of which service."""
