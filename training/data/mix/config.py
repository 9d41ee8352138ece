"""The settings of a mix: which sources, how much of each, for which stages of which agent."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from nodes.state import Stage
from training.settings import read_settings
from value_index.models import FrozenModel

Balance = Literal["none", "hardness", "database"]


class MixSource(FrozenModel):
    """One split of one data set."""

    set: str
    """The name of a data set, as `turnsql data sets` lists it."""
    split: str = "train"
    weight: float = Field(default=1.0, gt=0)
    """The share beside the other weights if `rows` is set; else how often each turn stands in the mix, 0.5 for every
    other."""
    dialogues: str | None = None
    """`A:B` of the official file; all of them unless given."""
    databases: tuple[str, ...] = ()
    """The only databases whose dialogues are drawn from; all where empty."""
    over: tuple[str, str] | None = None
    """The set and split over whose databases questions are made (schema_rich, conversations)."""
    per_database: int = Field(default=20, ge=1)
    """The questions a database (schema_rich), or the least turns of one (conversations)."""
    most: int | None = Field(default=None, ge=1)
    """The rows whose databases are made (synthetic_text_to_sql)."""

    @property
    def name(self) -> str:
        """Set and split."""
        return f"{self.set}/{self.split}"


class MixConfig(FrozenModel):
    """What `turnsql data prepare` does; every field has its key in the TOML file."""

    sources: tuple[MixSource, ...] = Field(min_length=1)
    agent: str = "../../planner.toml"
    """The configuration that will be served, beside this file: its nodes make the prompts, upstream stages included."""
    stages: tuple[Stage, ...] = ()
    """Stages to make rows for; those that ask the model unless given."""
    diagnostic: bool = False
    """Whether prompts may hold gold of their own turn, for rows that no honest figure may come from."""
    history: Literal["gold", "noised"] = "gold"
    """The SQL of earlier turns: gold, or some of it with one seeded edit."""
    noise_rate: float = Field(default=0.15, ge=0, le=1)
    """How many earlier turns `noised` edits."""
    rows: int | None = Field(default=None, ge=1)
    """Turns in the mix; by the weights alone unless given."""
    considered: int = Field(default=10, ge=1)
    """How many turns of each source are looked at for each of `rows`, drawn by the seed; reading all takes minutes."""
    balance: Balance = "none"
    """What is balanced within a source: as many turns of each class."""
    validation_databases: tuple[str, ...] = ()
    """Training databases kept apart for early stopping: their turns are never trained on."""
    validation_rows: int = Field(default=200, ge=0)
    context_tokens: int = Field(default=4096, ge=64)
    """Tokens of a row; a longer one is never cut."""
    too_long: Literal["refuse", "leave_out"] = "refuse"
    seed: int = 0


def load_mix(path: Path, over: Mapping[str, Any] | None = None) -> MixConfig:
    """Read a TOML file; `validation_databases` may name a second TOML file beside it.

    Args:
        over: settings over those of the file.

    Raises:
        TrainingError: The file is missing, malformed or has an unknown key.
    """
    return read_settings(MixConfig, path, over)
