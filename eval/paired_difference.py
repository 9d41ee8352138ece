"""PairedDifference: how far one run is from another on the same turns, as it is written down."""

from __future__ import annotations

from typing import Any

from eval.statistics import Difference
from value_index.models import FrozenModel


class PairedDifference(FrozenModel):
    """The difference of two runs; what has one inherits it, so that its JSON is flat."""

    difference: float
    """Second minus first."""
    low: float
    """95 % interval of the difference, dialogues resampled."""
    high: float
    fixed: int
    """Turns where the second is better."""
    broken: int
    """Turns where it is worse."""
    p_value: float
    """Exact sign test over the turns that differ (McNemar's, for verdicts)."""

    @staticmethod
    def fields_of(found: Difference) -> dict[str, Any]:
        """Return the fields, to build a model with."""
        return {
            "difference": found.difference,
            "low": found.interval.low,
            "high": found.interval.high,
            "fixed": found.fixed,
            "broken": found.broken,
            "p_value": found.p_value,
        }
