"""Result: what came of one statement."""

from __future__ import annotations

from typing import Any, Literal

from value_index.models import FrozenModel

Row = tuple[Any, ...]
"""One row of a result: cells as int, float, str, bytes or None."""
Outcome = Literal["rows", "error", "timeout", "truncated", "refused", "checked"]


class Result(FrozenModel):
    """What came of one statement."""

    outcome: Outcome
    """rows; truncated (the first rows, up to a cap); error, timeout, refused (no rows); checked (compiled only)."""
    columns: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    message: str = ""
    """One line: why there is no full result."""
    machine_fault: bool = False
    """Whether what surrounds the statement failed (a lock, a disk, memory that others used up), not the statement."""

    @property
    def ok(self) -> bool:
        """Whether the statement ran, or compiled where it was only checked."""
        return self.outcome in ("rows", "truncated", "checked")
