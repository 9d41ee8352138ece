"""ChoiceConfig: how `turnsql train choice` fits."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from training.ranking.conversations import SourceName
from training.settings import Settings, read_settings


class FitSettings(Settings):
    """How the weights are fitted."""

    l2: tuple[float, ...] = Field(default=(1.0, 3.0, 10.0), min_length=1)
    """How strongly the weights are held to the centre: those that are tried."""
    parts: int = Field(default=5, ge=2)
    """Parts of the cross-fitting; a database is never cut."""
    seed: int = 0


class ChoiceConfig(Settings):
    """What `turnsql train choice` does; every field has its key in the TOML file."""

    sources: dict[SourceName, float]
    """How much the turns of each source weigh, all of them together."""
    size: dict[SourceName, int] = Field(default_factory=dict[SourceName, int])
    """Every how many dialogues or questions of a source are taken; of the generated ones, turns over each database."""
    fit: FitSettings = FitSettings()
    answers: dict[SourceName, float] = Field(default_factory=dict[SourceName, float])
    """How much the answers of each source weigh, all of them together, for `turnsql train answer-confidence`."""
    centre: dict[str, float]
    """What features weigh before any turn is seen; 0 for those not named."""


def load_choice_config(path: Path) -> ChoiceConfig:
    """Read the settings.

    Raises:
        TrainingError: the file is missing or malformed; the key is named.
    """
    return read_settings(ChoiceConfig, path)
