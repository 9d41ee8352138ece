"""The settings of a chain: one base model, adapters of it, and what each is asked, compared with one another."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from pydantic import Field, model_validator

from training.settings import Settings, read_settings


class ChainAdapter(Settings):
    """`[adapters.NAME]`: one training run."""

    mix: str
    """The rows, as a file of configs/training/mixes, beside this one."""
    steps: int = Field(ge=1)


class ChainArm(Settings):
    """`[[arms]]`: a model and how it is asked."""

    name: str = Field(pattern=r"^[a-zA-Z0-9_.-]+$")
    adapter: str | None = None
    """One of the adapters; the base itself unless given."""
    agent: str
    """The configuration that asks, beside this file; its endpoint's address and model are those of the server."""
    against: str | None = None
    """The arm that it is compared with; the first one unless given."""
    turns: tuple[str, ...] = ()
    """The sets of turns that it is asked; all where empty."""


class Limits(Settings):
    """`[without_gpu]`: what a processor alone can do, over what the rest of the file says."""

    serving: str | None = None
    training: dict[str, Any] = Field(default_factory=dict[str, Any])
    rows: dict[str, Any] = Field(default_factory=dict[str, Any])
    """Settings over those of every mix."""
    endpoint: dict[str, Any] = Field(default_factory=dict[str, Any])
    """Settings over those of every agent's endpoint."""
    environment: dict[str, str] = Field(default_factory=dict[str, str])
    """Variables of the server."""
    turns: dict[str, str] | None = None
    concurrency: int | None = None


class ChainConfig(Settings):
    """What `turnsql train chain` does; every field has its key in the TOML file."""

    model: str
    """A folder, a hub name, a GGUF file, or `package:NAME`, an installed package that holds one."""
    training: str
    """The settings of every training run, beside this file."""
    serving: str
    """The settings of vLLM, beside this file, or `llama.cpp`, for a model that is a GGUF file."""
    dataset: str = "cosql"
    folder: str = "cosql_dataset"
    """The folder of the data set under the data folder."""
    split: str = "dev"
    turns: dict[str, str]
    """Sets of dialogues, as `A:B` of the official file."""
    concurrency: int = Field(default=64, ge=1)
    adapters: dict[str, ChainAdapter]
    arms: tuple[ChainArm, ...] = Field(min_length=1)
    without_gpu: Limits = Limits()

    @model_validator(mode="after")
    def _names_are_known(self) -> ChainConfig:
        earlier: list[str] = []
        for arm in self.arms:
            if arm.adapter and arm.adapter not in self.adapters:
                raise ValueError(f"arm {arm.name!r}: no adapter {arm.adapter!r} in [adapters]")
            if arm.against and arm.against not in earlier:
                raise ValueError(f"arm {arm.name!r} is compared with {arm.against!r}, which is no arm before it")
            if arm.name in earlier:
                raise ValueError(f"two arms are called {arm.name!r}")
            if unknown := set(arm.turns) - set(self.turns):
                raise ValueError(f"arm {arm.name!r}: no turns {unknown.pop()!r} in [turns]")
            earlier.append(arm.name)
        return self

    def within(self, *, gpu: bool) -> ChainConfig:
        """Return the settings as they hold on this machine."""
        limits = self.without_gpu
        if gpu:
            return self.model_copy(update={"without_gpu": Limits()})
        over = {"serving": limits.serving, "turns": limits.turns, "concurrency": limits.concurrency}
        return self.model_copy(update={name: value for name, value in over.items() if value is not None})

    def asked(self) -> tuple[tuple[str, ChainArm], ...]:
        """Return every set of turns with every arm that is asked it."""
        return tuple((name, arm) for name in self.turns for arm in self.arms if not arm.turns or name in arm.turns)


def load_chain(path: Path) -> ChainConfig:
    """Read a TOML file.

    Raises:
        TrainingError: The file is missing, malformed or has an unknown key or name.
    """
    return read_settings(ChainConfig, path)


def as_toml(values: Mapping[str, Any], within: str = "") -> str:
    """Write settings as TOML: plain values, then tables; what is None is left out.

    Args:
        within: the name of the table that they are in, and a dot.

    >>> print(as_toml({"steps": 5, "lora": {"rank": 8}}))
    steps = 5
    <BLANKLINE>
    [lora]
    rank = 8
    <BLANKLINE>
    >>> print(as_toml({"lora": [{"id": 0, "scale": 1.0}]}))
    lora = [{ id = 0, scale = 1.0 }]
    <BLANKLINE>
    """
    plain = {name: value for name, value in values.items() if not isinstance(value, dict) and value is not None}
    tables = {name: value for name, value in values.items() if isinstance(value, dict)}
    text = "".join(f"{name} = {_inline(value)}\n" for name, value in plain.items())
    inner = (f"\n[{within}{name}]\n{as_toml(table, f'{within}{name}.')}" for name, table in tables.items())
    return text + "".join(inner)


def _inline(value: Any) -> str:
    """Write one value; a table in a list stands in braces, as JSON's colons are no TOML."""
    if isinstance(value, dict):
        table = cast("dict[str, Any]", value)
        return "{ " + ", ".join(f"{name} = {_inline(each)}" for name, each in table.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_inline, cast("Sequence[Any]", value))) + "]"
    return json.dumps(value)
