"""Sandbox: a database of its own for each task, from which a phase starts anew as often as something is submitted."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Literal, Protocol, Self

from eval.interact.judge.execution import DEADLINE, Execution
from value_index.models import FrozenModel


class ConnectionRecipe(FrozenModel):
    """How another process opens a sandbox's database."""

    kind: Literal["sqlite", "postgres"]
    address: str
    """The path of the file, or the connection string."""


class Sandbox(Protocol):
    """A private copy of a task's database."""

    @property
    def name(self) -> str:
        """The name of the database that it is a copy of."""
        ...

    @property
    def recipe(self) -> ConnectionRecipe:
        """How its database is opened for writing."""
        ...

    def reset(self) -> None:
        """Bring the database back to where the phase starts."""
        ...

    def keep(self) -> None:
        """Let the next phase start from what the database holds now."""
        ...

    def execute(self, statements: Sequence[str], *, writes: bool, deadline: float = DEADLINE) -> Execution:
        """Run statements in turn.

        Args:
            writes: whether they may change the copy; else what changes it fails.
        """
        ...

    def close(self) -> None:
        """Remove the copy."""
        ...


class Sandboxes(Protocol):
    """The source of copies: a folder of SQLite files, or a server of PostgreSQL."""

    @property
    def dialect(self) -> Literal["sqlite", "postgres"]:
        """The SQL in which the databases are asked."""
        ...

    def open(self, database: str, task_id: str) -> Sandbox:
        """Return a fresh copy.

        Raises:
            DataError: there is no such database.
            DatabaseError: it cannot be copied.
        """
        ...


class Closing:
    """Something with `close`, as a context."""

    def close(self) -> None:
        """Give back what is held."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.close()


def plain_name(text: str, most: int = 40) -> str:
    """Return a text as a name that any server and file system takes.

    >>> plain_name("Farm-M/1"), plain_name("../x")
    ('farm_m_1', 'x')
    """
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")[:most]


def is_inside(path: Path, folder: Path) -> bool:
    """Whether a path lies in a folder."""
    return folder.resolve() in path.resolve().parents
