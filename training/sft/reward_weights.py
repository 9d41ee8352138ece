"""RewardWeights: how much each part of a reward counts."""

from __future__ import annotations

from pydantic import Field

from value_index.models import FrozenModel


class RewardWeights(FrozenModel):
    """How much each part counts; the reward of a perfect answer is their sum."""

    execution: float = Field(default=1.0, ge=0)
    """The value verdict."""
    plan: float = Field(default=0.3, ge=0)
    """The macro plan F1, which tells near misses from nonsense."""
    format: float = Field(default=0.1, ge=0)
    """Whether the answer is one: SQL that compiles on the database, a plan that compiles to SQL."""
