"""other_reading: the plan that comes close to the first of a turn and gives other rows."""

from __future__ import annotations

from collections.abc import Sequence

from agent.clarify import differences
from agent.notes.answer_confidence import rival_with_other_rows
from agent.notes.rivals import Rival
from nodes.plan import Plan
from value_index.models import FrozenModel

SURE = 0.64
"""Confidence in an answer from which no other reading of it is told: chosen on training databases, as they are, renamed, with
questions and conversations of a generator, where no more right answers then have a note than before there was this confidence."""


class OtherReading(FrozenModel):
    """A plan that comes close, with other rows."""

    sql: str
    difference: str
    """The clauses that the answer does not have; the SQL if they differ in their joins alone."""


def other_reading(confidence: float, plan: Plan, found: Sequence[Rival]) -> OtherReading | None:
    """Return the best of the plans that came near and give other rows than the answer; None if it is sure, or there is none.

    Args:
        confidence: in the answer.
        plan: the plan that was answered with.
        found: the plans that came near it.
    """
    other = rival_with_other_rows(plan, found) if confidence < SURE else None
    if other is None:
        return None
    return OtherReading(sql=other.sql, difference=differences(plan, other.scored.plan)[1] or other.sql)
