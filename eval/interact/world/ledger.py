"""Books: what the services saw of each task, to the coin, kept apart from what the agent says of itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Lock
from typing import Any

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
"""Coins of each action. Written here a second time: a ledger that reads the agent's table would not check it."""


class Charge(FrozenModel):
    """One action that reached a service."""

    seq: int
    action: str
    cost: float
    """What was taken: of a last submission, what was left."""
    before: float | None
    """Coins before it; None in a conversation, where nothing is paid."""
    after: float | None
    key: str = ""
    """The key that came with it, if one did."""
    beyond: bool = False
    """Whether it could not be paid, and should not have been made."""


@dataclass
class Book:
    """The account of one task."""

    task_id: str
    budget: float | None
    """Coins at the start; None in a conversation."""
    charges: list[Charge] = field(default_factory=list[Charge])
    starts: int = 1
    """How often the task was begun."""

    @property
    def spent(self) -> float:
        """The coins that were taken."""
        return sum(charge.cost for charge in self.charges)

    def charge(self, action: str, key: str) -> None:
        """Take the price of an action; a submission that cannot be paid takes what is left."""
        before = None if self.budget is None else self.budget - self.spent
        wanted = 0.0 if before is None else COSTS[action]
        short = before is not None and wanted > before
        cost = min(wanted, before) if before is not None else 0.0
        self.charges.append(
            Charge(
                seq=len(self.charges) + 1,
                action=action,
                cost=cost,
                before=before,
                after=None if before is None else before - cost,
                key=key,
                beyond=short and (action != "submit_sql" or before == 0),
            )
        )

    def as_json(self) -> dict[str, Any]:
        """Return the account as a service shows it."""
        remaining = None if self.budget is None else self.budget - self.spent
        entries = [charge.model_dump() for charge in self.charges]
        head = {"task_id": self.task_id, "budget": self.budget, "spent": self.spent, "remaining": remaining}
        return {**head, "starts": self.starts, "entries": entries}


class Books:
    """The accounts of all tasks, shared by both services."""

    def __init__(self) -> None:
        self._books: dict[str, Book] = {}
        self._lock = Lock()

    def begin(self, task_id: str, budget: float | None) -> None:
        """Open an account anew: the task is played from its start."""
        with self._lock:
            before = self._books.get(task_id)
            self._books[task_id] = Book(task_id, budget, starts=before.starts + 1 if before else 1)

    def charge(self, task_id: str, action: str, key: str) -> None:
        """Take the price of an action of a task."""
        with self._lock:
            self._books[task_id].charge(action, key)

    def of(self, task_id: str) -> Book | None:
        """Return a task's account; None if it was never begun."""
        return self._books.get(task_id)
