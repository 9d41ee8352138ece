"""Progress: a bar with rate and time left, on a terminal only."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar
from rich.progress import Task as BarTask
from rich.text import Text


class _Rate(TextColumn):
    def render(self, task: BarTask) -> Text:
        return Text(f"{task.speed:.1f}/s" if task.speed else "")


class Progress:
    """Counts finished items on stderr; silent where stderr is no terminal."""

    def __init__(self, what: str, *, total: int, done: int = 0) -> None:
        self._bar = Bar(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            _Rate(""),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            disable=not sys.stderr.isatty(),
        )
        self._task = self._bar.add_task(what, total=total, completed=done)

    def advance(self) -> None:
        """Count one more."""
        self._bar.advance(self._task)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()
