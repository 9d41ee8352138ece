"""Clarification: what a user may be asked about a request, and the words in which the readings of it differ."""

from __future__ import annotations

from nodes.plan import Plan
from nodes.plan.render import plan_lines
from nodes.state import Clause, ScoredPlan
from value_index.models import FrozenModel

Reply = int | str
"""What a user answers: the place of a reading (0 for the likeliest), or words."""

CLAUSES: dict[Clause, str] = {
    "columns": "Which columns should the result show?",
    "order": "How should the result be sorted?",
    "limit": "How many of them are wanted?",
}
"""What a person is asked about a part of the result."""


class Doubt(FrozenModel):
    """A question to the user that is worth its price: which of two readings is meant, or what some words mean."""

    confidence: float
    """Calibrated probability that the first reading is right."""
    readings: tuple[str, ...] = ()
    """What sets each of two readings apart from the other, the more likely first; () if words are asked about."""
    about: str = ""
    """Words of the request that nothing explains; "" if readings are asked about."""
    clause: Clause = ""
    """The part of the result that is asked about: its columns, how it is sorted, or how many rows it has."""
    rival: int = 1
    """Place of the plan that the second reading is."""
    gain: float = 0.0
    """The rise of the probability of the right rows that the answer brings."""
    price: float = 0.0
    """What the question costs, as a share of what a right answer is worth."""

    @property
    def question(self) -> str:
        """What a person is asked."""
        if self.about:
            return f"What do you mean by {self.about!r}?"
        if self.clause:
            return CLAUSES[self.clause]
        return f"Which is meant: {' or '.join(each or 'neither' for each in self.readings)}?"


def differences(first: Plan, second: Plan) -> tuple[str, str]:
    """Return the clauses of each plan that the other does not have."""
    left, right = plan_lines(first), plan_lines(second)
    apart = ([line for line in left if line not in right], [line for line in right if line not in left])
    clauses = {line.split(" ", 1)[0] for lines in apart for line in lines}

    def text(lines: list[str]) -> str:
        missing = clauses - {line.split(" ", 1)[0] for line in lines}
        return "; ".join([*lines, *(f"no {clause}" for clause in sorted(missing))])

    return text(apart[0]), text(apart[1])


def preferred(plans: tuple[ScoredPlan, ...], place: int) -> tuple[ScoredPlan, ...]:
    """Put the plan of a place first."""
    return (plans[place], *plans[:place], *plans[place + 1 :])


def choice_of(reply: Reply) -> int | None:
    """Return the reading that a reply chooses, 0 or 1; None if it is words.

    >>> choice_of("2"), choice_of(""), choice_of("the late ones")
    (1, 0, None)
    """
    said = str(reply).strip() if isinstance(reply, str) else str(reply + 1)
    return {"": 0, "1": 0, "2": 1}.get(said)
