"""Result: what came of one statement."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

Outcome = Literal["rows", "error", "timeout", "truncated", "refused", "checked"]


class Result(BaseModel):
    """What came of one statement."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    outcome: Outcome
    """rows; truncated (the first rows, up to a cap); error, timeout, refused (no rows); checked (compiled only)."""
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Any, ...], ...] = ()
    """Cells as int, float, str, bytes or None."""
    message: str = ""
    """One line: why there is no full result."""
    machine_fault: bool = False
    """Whether what surrounds the statement failed (a lock, a disk, memory that others used up), not the statement."""

    @property
    def ok(self) -> bool:
        """Whether the statement ran, or compiled where it was only checked."""
        return self.outcome in ("rows", "truncated", "checked")
