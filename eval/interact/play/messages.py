"""The messages of the benchmark's orchestrator to an agent, as they are sent and as they are read.

They are the official ones word for word: the published traces are held against them (`eval.interact.traces`).
"""

from __future__ import annotations

import re
from typing import Literal

from value_index.models import FrozenModel

ERROR_FLAG = "[exec_err_flg]"
"""Marks, in what a submission gave, that the SQL did not run."""
AWAITING, COMPLETED, OUT_OF_BUDGET = (
    "SQL submitted. Awaiting result.",
    "Task completed.",
    "Budget exhausted. Task ended.",
)
NOT_CORRECT = "Your SQL is not correct. You have one more chance. Please fix and call submit_sql."
_FIRST_C = re.compile(r"User Query:\n(.*)\n\nYou have (\d+) clarification turns\. ", re.S)
_FIRST_A = re.compile(
    r"(?:Database: (.*)\n)?(?:Task ID: (.*)\n)?\s*User Query:\n(.*)\n\nYou have a budget of ([\d.]+) bird-coins\. ",
    re.S,
)
_FOLLOW_UP = re.compile(
    r"Phase 1 is complete\. Here is a follow-up question:\n\n(.*)\n\nGenerate the \w+ query and call submit_sql\.", re.S
)
_BROKEN = re.compile(r"Your SQL is not executable: (.*)\nPlease fix and call submit_sql\.", re.S)
_NEXT = re.compile(r"^Follow-up question: (.*?)(?:\nBudget remaining: .*)?$", re.S | re.M)


class Request(FrozenModel):
    """What a message asks of the agent."""

    kind: Literal["first", "follow_up", "debug"]
    text: str = ""
    """The question; of a debugging chance, the error of the SQL."""


def first_of_conversation(query: str, turns: int, dialect: str = "PostgreSQL") -> str:
    """Return the first message of c-Interact."""
    return (
        f"User Query:\n{query}\n\nYou have {turns} clarification turns. "
        f"Ask questions with ask_user to resolve ambiguities, then call submit_sql with your final {dialect} query."
    )


def first_of_agent(database: str, task_id: str, query: str, budget: float) -> str:
    """Return the first message of a-Interact."""
    return (
        f"Database: {database}\nTask ID: {task_id}\n\nUser Query:\n{query}\n\n"
        f"You have a budget of {budget:.1f} bird-coins. Use your tools to explore the database, clarify ambiguities with the user, "
        "and submit your final SQL efficiently."
    )


def follow_up(query: str, dialect: str = "PostgreSQL") -> str:
    """Return the message that opens the second phase of c-Interact."""
    return (
        f"Phase 1 is complete. Here is a follow-up question:\n\n{query}\n\n"
        f"Generate the {dialect} query and call submit_sql."
    )


def debugging(submitted: str) -> str:
    """Return the message of the debugging chance.

    Args:
        submitted: what the environment said of the submission.
    """
    if ERROR_FLAG in submitted:
        error = submitted.split(ERROR_FLAG, 1)[1].strip()
        return f"Your SQL is not executable: {error}\nPlease fix and call submit_sql."
    return NOT_CORRECT


def budget_note(left: float, budget: float) -> str:
    """Return what stands behind the result of an action in a-Interact."""
    return f"\n\n[SYSTEM NOTE: Remaining budget: {left:.1f}/{budget:.1f}]"


def turns_note(left: int, turns: int) -> str:
    """Return what stands behind the answer to a question in c-Interact."""
    return f"\n\n[SYSTEM NOTE: Clarification turns remaining: {max(0, left)}/{turns}]"


def coins(left: float) -> str:
    """Write coins as a submission's result shows them.

    >>> coins(4.5), coins(2.0), coins(-1.0), coins(0)
    ('4.5', '2.0', '-1', '0')
    """
    return "-1" if left < 0 else f"{left:g}" if left == 0 else str(float(left))


def read_request(message: str) -> Request:
    """Read a message; one of no known form is taken for a question."""
    if found := _FOLLOW_UP.search(message):
        return Request(kind="follow_up", text=found[1])
    if found := _BROKEN.search(message):
        return Request(kind="debug", text=found[1])
    if message.startswith("Your SQL is not correct"):
        return Request(kind="debug")
    if found := _FIRST_C.search(message):
        return Request(kind="first", text=found[1])
    if found := _FIRST_A.search(message):
        return Request(kind="first", text=found[3])
    return Request(kind="first", text=message.strip())


def follow_up_in(result: str) -> str:
    """Return the follow-up that the result of a submission brings; "" if it brings none."""
    found = _NEXT.search(result)
    return found[1].strip() if found else ""
