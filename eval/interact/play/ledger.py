"""Ledger: what each action of an agent costs, what is left, and when nothing more may be done."""

from __future__ import annotations

from dataclasses import dataclass, field

from value_index.models import FrozenModel

COSTS = {
    "execute_sql": 1.0,
    "get_schema": 1.0,
    "get_all_column_meanings": 1.0,
    "get_column_meaning": 0.5,
    "get_all_external_knowledge_names": 0.5,
    "get_knowledge_definition": 0.5,
    "get_all_knowledge_definitions": 1.0,
    "ask_user": 2.0,
    "submit_sql": 3.0,
}
"""Bird-coins of each tool."""
OVER = -1.0
"""What is left once the last coins are spent on a submission: the task ends."""


class Entry(FrozenModel):
    """One action that was let through."""

    tool: str
    cost: float
    before: float
    after: float


@dataclass
class Ledger:
    """The coins of one task; a fixed conversation has none (`budget` is None) and pays nothing."""

    budget: float | None
    entries: list[Entry] = field(default_factory=list[Entry])
    left: float = 0.0

    def __post_init__(self) -> None:
        self.left = self.budget if self.budget is not None else 0.0

    @property
    def is_over(self) -> bool:
        """Whether the last submission was made."""
        return self.budget is not None and self.left < 0

    @property
    def spent(self) -> float:
        """What was taken: of the last submission, what was left of it."""
        return sum(min(each.cost, each.before) for each in self.entries)

    def affords(self, tool: str) -> bool:
        """Tell whether an action is let through; a submission is, as long as the task has not ended."""
        if self.budget is None:
            return True
        return not self.is_over and (tool == "submit_sql" or self.left >= COSTS[tool])

    def take(self, tool: str) -> Entry | None:
        """Take the price of an action before it runs; a submission that leaves nothing ends the task."""
        if self.budget is None:
            return None
        before, cost = self.left, COSTS[tool]
        rest = before - cost
        self.left = OVER if tool == "submit_sql" and rest <= 0 else rest
        self.entries.append(Entry(tool=tool, cost=cost, before=before, after=self.left))
        return self.entries[-1]
