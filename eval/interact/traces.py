"""Published traces of BIRD-Interact, played again through our side: every message, note, coin and reward must come out the same."""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import Field

from eval.datasets import DataError
from eval.interact.play import messages
from eval.interact.play.ledger import COSTS
from eval.interact.play.messages import read_request
from eval.interact.play.orchestrator import Orchestrator
from eval.interact.play.services import ServiceError
from eval.interact.play.session import ModeName, PlaySession
from value_index.models import ForeignModel, FrozenModel
from value_index.text.bounded_file import text_at_most

MOST_BYTES = 64 << 20
CUT = "...<truncated>"
"""The end of a text that the authors' logger cut."""


class TracedCall(ForeignModel):
    """One action of a trace."""

    tool: str
    args: dict[str, str] = Field(default_factory=dict[str, str])
    result: str
    cost: float | None = None
    budget_before: float | None = None
    budget_after: float | None = None


class Trace(ForeignModel):
    """One task as somebody's agent played it."""

    task_id: str
    database: str
    phase1_passed: bool
    phase2_passed: bool
    has_follow_up: bool = False
    total_reward: float
    tool_trajectory: tuple[TracedCall, ...]
    adk_events: tuple[dict[str, Any], ...]
    final_response: str | None = None

    @property
    def user_messages(self) -> list[str]:
        """What the orchestrator told the agent, in order."""
        return [each["message"] for each in self.adk_events if each["type"] == "user_message"]

    @property
    def results(self) -> list[str]:
        """What the agent read of each tool, with the note behind it, in order."""
        parts = [part for event in self.adk_events for part in (event.get("content") or {}).get("parts", [])]
        return [_shown(part["response"]) for part in parts if part["type"] == "function_response"]


class Replayed(FrozenModel):
    """What came of playing a trace again."""

    task_id: str
    mode: ModeName
    differences: tuple[str, ...]
    """What differs in ours; empty if nothing does."""
    rewarded_twice: bool = False
    """Whether the trace counts the reward of a phase twice, which only the authors' own counter did."""


def read_traces(path: Path) -> tuple[ModeName, list[Trace]]:
    """Read a file of traces.

    Raises:
        DataError: it cannot be read, or holds something else.
    """
    try:
        found = json.loads(text_at_most(path, MOST_BYTES))
        mode: ModeName = found["mode"]
        return mode, [Trace.model_validate(each) for each in found["samples"]]
    except OSError as error:
        raise DataError(f"cannot read the traces {str(path)!r} ({error.strerror})") from error
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(f"{path} is no file of traces: {error}") from error


async def replay(trace: Trace, mode: ModeName) -> Replayed:
    """Play a trace's actions in a session of ours against services that answer as the trace says."""
    recorded = _Recorded(trace)
    first = trace.user_messages[0]
    budget, turns = _allowance(first)
    session = PlaySession(trace.task_id, mode, environment=recorded, user=recorded, budget=budget, turns=turns)
    orchestrator = Orchestrator(session, read_request(first).text)
    wrong = [*_openings(trace, mode, budget, turns)]
    sent, results = deque(trace.user_messages[1:]), deque(trace.results)
    for number, call in enumerate(trace.tool_trajectory):
        got = await session.use(call.tool, **call.args)
        wrong += _call_differs(number, call, got, session)
        if results and not _same(results.popleft(), got):
            wrong.append(f"call {number} ({call.tool}): the agent would read {got[-120:]!r}")
        if call.tool == "submit_sql" and mode == "c-interact":
            due = orchestrator.after_run()
            if due != (sent.popleft() if sent else None):
                wrong.append(f"call {number}: the next message would be {due!r}")
    twice = round(trace.total_reward - session.reward, 6) in (0.7, 1.0) and session.reward > 0
    for name, ours, theirs in (
        ("phase 1", session.passed[1], trace.phase1_passed),
        ("phase 2", session.passed[2], trace.phase2_passed),
        ("reward", session.reward, session.reward if twice else trace.total_reward),
    ):
        if ours != theirs:
            wrong.append(f"{name}: {ours}, in the trace {theirs}")
    if trace.final_response and mode == "a-interact" and session.is_over:
        over = messages.COMPLETED if session.is_done else messages.OUT_OF_BUDGET
        if over != trace.final_response:
            wrong.append(f"the last words would be {over!r}")
    return Replayed(task_id=trace.task_id, mode=mode, differences=tuple(wrong), rewarded_twice=twice)


class _Recorded:
    """Both services, answering what the trace says, in its order."""

    def __init__(self, trace: Trace) -> None:
        self._calls = deque(trace.tool_trajectory)
        self._trace = trace

    async def get(self, path: str) -> dict[str, Any]:
        raise ServiceError(f"a trace has no {path}")

    async def post(self, path: str, payload: Mapping[str, Any]) -> dict[str, Any]:
        """Answer as the service did."""
        if path == "/phase_transition":
            return {"status": "ok", "phase": 2}
        call = self._calls.popleft()
        match call.tool:
            case "submit_sql":
                return _submitted(call.result, self._trace)
            case "ask_user":
                return {"answer": call.result}
            case "execute_sql":
                error = call.result.removeprefix("SQL Error: ")
                return {"success": error == call.result, "result": call.result, "error": error}
            case _:
                return dict.fromkeys(("schema", "column_meanings", "meaning", "names", "knowledge"), call.result)


def _submitted(result: str, trace: Trace) -> dict[str, Any]:
    lines = result.split("\n")
    message = "\n".join(_until(lines, "Reward: ", "Follow-up question: ", "Budget remaining: "))
    if "Error executing" in message or "timed out" in message:
        message = message.replace(". Error", f". {messages.ERROR_FLAG} Error").replace(
            ". Submitted", f". {messages.ERROR_FLAG} Submitted"
        )
    reward = next((float(line.removeprefix("Reward: ")) for line in lines if line.startswith("Reward: ")), 0.0)
    follow_up = messages.follow_up_in(result)
    passed = " correct!" in message
    phase = 2 if "Phase 2" in message.split("(")[0] else 1
    return {
        "passed": passed, "message": message, "reward": reward, "phase_completed": phase if passed else None,
        "has_follow_up": bool(follow_up), "follow_up_query": follow_up or None,
    }  # fmt: skip


def _until(lines: list[str], *starts: str) -> Iterator[str]:
    for line in lines:
        if line.startswith(starts):
            return
        yield line


def _allowance(first: str) -> tuple[float | None, int]:
    coins, turns = re.search(r"budget of ([\d.]+)", first), re.search(r"have (\d+) clarification", first)
    return (float(coins[1]) if coins else None), (int(turns[1]) if turns else 0)


def _openings(trace: Trace, mode: ModeName, budget: float | None, turns: int) -> Iterator[str]:
    first = trace.user_messages[0]
    asked = read_request(first)
    if mode == "a-interact":
        ours = messages.first_of_agent(trace.database, trace.task_id, asked.text, budget or 0)
    else:
        ours = messages.first_of_conversation(asked.text, turns)
    if asked.kind != "first" or not _same(first, ours):
        yield f"the first message would be {ours!r}"


def _call_differs(number: int, call: TracedCall, got: str, session: PlaySession) -> Iterator[str]:
    made = session.calls[-1]
    if not _same(call.result, made.result):
        yield f"call {number} ({call.tool}): the result would be {made.result[-120:]!r}"
    if call.cost is not None:
        theirs = (call.cost, call.budget_before, float(call.budget_after or 0))
        ours = (made.cost, made.budget_before, made.budget_after)
        if ours != theirs or call.cost != COSTS[call.tool]:
            yield f"call {number} ({call.tool}): coins {ours}, in the trace {theirs}"


def _same(theirs: str, ours: str) -> bool:
    """Tell whether texts are equal, as far as the logger kept both: it cut what a tool gave and, elsewhere, what was read."""
    if theirs.endswith(CUT):
        kept, known = theirs.removesuffix(CUT), ours.split(CUT)[0]
        return known.startswith(kept) or kept.startswith(known)
    start, cut, end = ours.partition(CUT)
    return theirs.startswith(start) and theirs.endswith(end) if cut else theirs == ours


def _shown(response: str) -> str:
    """Read what a tool gave out of the logger's JSON, which it may have cut."""
    try:
        return json.loads(response)["result"]
    except ValueError:
        body = response.removesuffix(CUT).removeprefix('{"result": "')
        for cut in range(7):  # a cut may fall into an escape
            try:
                return json.loads(f'"{body[: len(body) - cut]}"') + CUT
            except ValueError:
                continue
        return CUT
