"""Verdicts: whether one predicted SQL is right, under five rules."""

from __future__ import annotations

from typing import Literal

from value_index.models import FrozenModel

Note = Literal[
    "reordered", "tie", "tie_flagged", "ambiguous", "prediction_error", "prediction_timeout", "prediction_truncated"
]
VERDICTS = ("strict", "value", "official", "official_keep_distinct", "bird")
"""The five rules, in the order of every table."""


class Verdicts(FrozenModel):
    """The five verdicts of one turn; all None where the gold gives nothing to compare with."""

    strict: bool | None = None
    """The value verdict, and the column labels in order (case-folded, white space removed)."""
    value: bool | None = None
    """The same rows as a multiset; in order where the gold orders them."""
    official: bool | None = None
    """The official test-suite rules, DISTINCT stripped from both queries."""
    official_keep_distinct: bool | None = None
    """The official test-suite rules, DISTINCT kept."""
    bird: bool | None = None
    """The same set of rows, columns by position."""
    strict_raw: bool | None = None
    """The strict verdict with labels compared letter by letter."""
    unscored: str | None = None
    """Why nothing is scored: `gold_error: ...`, `gold_timeout`, `gold_truncated`, `machine_fault: ...` or `harness_fault: ...`."""
    notes: tuple[Note, ...] = ()
    """`reordered`: columns stand in another order; `ambiguous`: several column orders fit; `tie`: the gold's LIMIT cuts
    through equal rows, so that another answer is as right; `tie_flagged`: the order of
    ties could not be told, so the exact order decided; `prediction_*`: why the prediction gave no rows."""

    @property
    def faulted(self) -> bool:
        """Whether the scorer or the machine failed: neither the gold nor the prediction is to blame."""
        return (self.unscored or "").startswith(("harness_fault", "machine_fault"))
