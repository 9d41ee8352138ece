"""reward: what a right submission earns, by the mode, the phase and whether it came after a debugging chance."""

from __future__ import annotations

from typing import Literal

from eval.datasets.bird_interact.tasks import Kind, Task

Mode = Literal["c", "a"]
"""c-Interact (a fixed conversation) or a-Interact (an agent with a budget)."""
_FIRST = {1: 0.7, 2: 0.3}
_DEBUGGED = {1: 0.5, 2: 0.2}


def reward(mode: Mode, phase: int, attempt: int, kind: Kind = "lite") -> float:
    """Return what is earned by a submission that is right.

    Args:
        mode: the debugging discount is of c-Interact alone.
        phase: 1 for the request, 2 for the follow-up.
        attempt: 1 for the first submission of the phase.
        kind: mini-Interact has one phase, which earns all.

    >>> reward("c", 1, 1), reward("c", 2, 2), reward("a", 1, 3), reward("c", 1, 2, "mini")
    (0.7, 0.2, 0.7, 0.5)
    """
    debugged = mode == "c" and attempt > 1
    if kind == "mini":
        return 0.5 if debugged else 1.0
    return (_DEBUGGED if debugged else _FIRST)[phase]


def reachable(task: Task, kind: Kind = "lite") -> float:
    """Return the most that a task can earn: 0.7 without a follow-up, but for mini-Interact's, else 1."""
    return 1.0 if kind == "mini" or task.follow_up is not None else _FIRST[1]
