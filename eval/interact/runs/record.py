"""TaskRecord: everything that happened in one task of BIRD-Interact."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from pydantic import Field

from eval.interact.play.session import ModeName, ToolCall
from eval.records import Record, RunError, read_lines
from eval.turn_key import TurnKey
from nodes.state import Asked

FILE = "interactions.jsonl"


class TaskRecord(Record):
    """One task, played to its end."""

    task: int
    """Place in the release, from 0: the dialogue of its turns."""
    instance_id: str
    database_id: str
    mode: ModeName
    category: str = "Query"
    has_follow_up: bool = False
    messages: tuple[str, ...] = ()
    """What the orchestrator told the agent."""
    calls: tuple[ToolCall, ...] = ()
    asked: tuple[Asked, ...] = ()
    """What the agent asked the user, as its own graph notes it."""
    response: str = ""
    """The agent's last words."""
    passed: dict[int, bool] = Field(default_factory=dict[int, bool])
    """Whether each phase was solved."""
    submissions: dict[int, int] = Field(default_factory=dict[int, int])
    rewards: dict[int, float] = Field(default_factory=dict[int, float])
    budget: float | None = None
    """Coins at the start; None in c-Interact."""
    spent: float = 0.0
    """Coins by our own ledger."""
    environment_spent: float | None = None
    """Coins by the services' ledger; None if they keep none, as the official ones do."""
    turns: int = 0
    """How many turns of the run belong to it."""
    timing: dict[str, float] = Field(default_factory=dict[str, float])
    error: str | None = None
    """Why it was not played."""

    @property
    def reward(self) -> float:
        """What it earned."""
        return round(sum(self.rewards.values()), 6)

    @property
    def keys(self) -> list[TurnKey]:
        """The keys of its turns."""
        return [TurnKey(self.task, turn) for turn in range(self.turns)]


def read_tasks(folder: Path) -> list[TaskRecord]:
    """Read the tasks of a run, in their order.

    Raises:
        RunError: the folder is no run of BIRD-Interact, or a line is no record.
    """
    path = folder / FILE
    if not path.exists():
        raise RunError(f"{folder} is no run of BIRD-Interact: it has no {FILE}")
    found: dict[int, TaskRecord] = {}
    for record in read_lines(path, TaskRecord):
        found[record.task] = record
    return [found[task] for task in sorted(found)]


def same_tasks(left: Iterable[TaskRecord], right: Iterable[TaskRecord]) -> tuple[str, ...]:
    """Return the ids of the tasks that differ between two runs, times aside."""
    ours = {each.instance_id: _plain(each) for each in left}
    theirs = {each.instance_id: _plain(each) for each in right}
    return tuple(sorted(key for key in {*ours, *theirs} if ours.get(key) != theirs.get(key)))


def _plain(record: TaskRecord) -> str:
    return record.model_dump_json(exclude={"timing"})
