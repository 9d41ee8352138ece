"""BIRD-Interact's tasks in their public layout: ambiguous requests with follow-ups, their ground truth mailed apart.

The benchmark that the project aims at. It is measured on, never trained on.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import AliasChoices, BaseModel, ConfigDict, Field

from eval.datasets.json_lines import read_json_lines
from eval.datasets.spider_family import DataError

FILES = ("bird_interact_data.jsonl", "mini_interact.jsonl")


class _Part(BaseModel):
    """A part of a task; fields that we do not read are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)


class Ambiguity(_Part):
    """A term of the request that can be read in several ways."""

    term: str = Field(default="", validation_alias=AliasChoices("term", "ambiguity_term"))
    sql_snippet: str = ""
    """What resolves it: gold, seen by the user simulator only."""
    ambiguity_type: str = Field(default="", validation_alias=AliasChoices("ambiguity_type", "type"))


class QueryAmbiguity(_Part):
    """The marked ambiguities of a request."""

    critical_ambiguity: tuple[Ambiguity, ...] = ()
    non_critical_ambiguity: tuple[Ambiguity, ...] = ()


class KnowledgeAmbiguity(_Part):
    """A knowledge entry that the task hides from the agent."""

    deleted_knowledge: int | str | None = None


class FollowUp(_Part):
    """The second phase of a task."""

    query: str
    category: str = "Query"
    sol_sql: tuple[str, ...] = ()
    """Ground truth; empty in the public release."""


class Task(_Part):
    """One task; ground truth is empty where the authors' mailed file was not merged in."""

    instance_id: str
    selected_database: str
    amb_user_query: str
    """What the agent sees."""
    query: str = ""
    """The unambiguous request, hidden from the agent."""
    user_query_ambiguity: QueryAmbiguity = QueryAmbiguity()
    knowledge_ambiguity: tuple[KnowledgeAmbiguity, ...] = ()
    category: Literal["Query", "Management"] = "Query"
    conditions: dict[str, Any] = {}
    preprocess_sql: tuple[str, ...] = ()
    clean_up_sql: tuple[str, ...] = ()
    sol_sql: tuple[str, ...] = ()
    test_cases: tuple[str, ...] = ()
    follow_up: FollowUp | None = None

    @property
    def ambiguities(self) -> int:
        """How many clarifications the benchmark counts as due (its m_amb)."""
        return len(self.user_query_ambiguity.critical_ambiguity) + len(self.knowledge_ambiguity)


@dataclass(frozen=True)
class BirdInteract:
    """One release: lite, full or mini."""

    folder: Path
    tasks: tuple[Task, ...]

    @property
    def has_ground_truth(self) -> bool:
        """Whether every task has what it is judged by."""
        return all(task.sol_sql for task in self.tasks)


def load_bird_interact(folder: str | Path) -> BirdInteract:
    """Read the tasks of a release.

    Raises:
        DataError: The file is missing, or a line of it is no task.
    """
    root = Path(folder)
    path = next((file for name in FILES if (file := root / name).is_file()), None)
    if path is None:
        raise DataError(f"{str(root)!r} has no {' or '.join(FILES)}")
    return BirdInteract(root, tuple(read_json_lines(path, Task)))
