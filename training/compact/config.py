"""The settings of a compact training run."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from training.settings import Settings, Source, read_settings


class CompactConfig(Settings):
    """What `turnsql train compact` does; every field has its key in the TOML file."""

    sources: tuple[Source, ...] = Field(min_length=1)
    validation_databases: tuple[str, ...] = Field(min_length=1)
    """Training databases that are never trained on: early stopping and thresholds are theirs."""
    seed: int = 0
    epochs: float = Field(default=12.0, gt=0)
    minutes: float | None = Field(default=None, gt=0)
    """Stop after this long; the learning rate falls to zero by then. None: epochs alone decide."""
    batch_size: int = Field(default=32, ge=1)
    encoder: Literal["frozen", "tuned"] = "frozen"
    """frozen: MiniLM stays as it is, and each text is encoded once; tuned: it learns too, which wants a GPU."""
    encoder_learning_rate: float = 5e-5
    """Peak learning rate of a tuned encoder."""
    learning_rate: float = 6e-4
    """Peak learning rate of everything above the encoder."""
    role_loss_weight: float = Field(default=1.0, ge=0)
    """Weight of the auxiliary loss: which part each item plays in the plan."""
    weight_decay: float = 0.01
    warmup: int = 200
    """Steps over which the learning rates rise."""
    max_grad_norm: float = 1.0
    """Gradients are scaled down to this norm."""
    dropout: float = 0.1
    corrupted: float = Field(default=0.15, ge=0, le=1)
    """How many histories get one seeded edit."""
    renamed: bool = False
    """Whether each example is given a second time with words of its schema exchanged for those of other schemas."""
    synonyms: bool = False
    """Whether half of these second times names are exchanged for synonyms, while what was asked stays."""
    evaluate_every: int = 450
    """Steps between two looks at the validation fold, each of which may write a checkpoint."""
    patience: int = 8
    """Looks without a better one before the run stops."""
    blend: float = Field(default=1.0, gt=0, le=1)
    """Share of its own weights that a run begun with others (--start) ends with; the rest are those it began with."""
    threads: int | None = None
    """CPU threads; None leaves torch its own count."""


def load_config(path: Path) -> CompactConfig:
    """Read the settings of the compact planner."""
    return read_settings(CompactConfig, path)
