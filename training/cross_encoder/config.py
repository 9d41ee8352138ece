"""The settings of a training run of the cross-encoder."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from training.settings import Settings, Source, read_settings


class RerankConfig(Settings):
    """What `turnsql train rerank` does; every field has its key in the TOML file."""

    sources: tuple[Source, ...] = Field(min_length=1)
    """Splits whose turns are planned; the first is preferred where a database has more turns than are drawn."""
    validation_databases: tuple[str, ...] = Field(min_length=1)
    """Training databases that are never trained on: how the two rankings are weighed is fitted on them."""
    seed: int = 0
    weights: str = ""
    """The planner whose candidates are read; the shipped one where empty."""
    turns: int = Field(default=40, ge=1)
    """Turns drawn of each database."""
    renamed: float = Field(default=0.75, ge=0, le=1)
    """How many turns are planned over a schema whose names are exchanged for those of others."""
    corrupted: float = Field(default=0.2, ge=0, le=1)
    """How many histories get one seeded edit."""
    candidates: int = Field(default=10, ge=2)
    """Plans of a turn that are executed, the first of today's ranking."""
    read: int = Field(default=5, ge=2)
    """Plans of a turn that are learnt from at once: the best, the first of the others, and some drawn from the rest."""
    sharpness: float = Field(default=3.0, gt=0)
    """How much more probable a plan should be for each point of reward."""
    layers: int = Field(default=4, ge=1, le=6)
    """Layers of MiniLM that are kept, from the lowest."""
    dropout: float = 0.1
    batch: int = Field(default=8, ge=1)
    """Turns a step."""
    rate: float = 1e-4
    """Peak learning rate of MiniLM's layers; what is new above them learns ten times as fast."""
    weight_decay: float = 0.01
    warmup: int = 30
    """Steps over which the learning rate rises."""
    clip: float = 1.0
    epochs: float = Field(default=4.0, gt=0)
    minutes: float | None = Field(default=None, gt=0)
    """Stop after this long; the learning rate falls to zero by then. None: epochs alone decide."""
    threads: int | None = None
    """CPU threads, each with a part of a batch; None takes torch's count."""


def load_rerank_config(path: Path) -> RerankConfig:
    """Read the settings of the cross-encoder."""
    return read_settings(RerankConfig, path)
