"""What is measured: the `[eval]` table of a configuration file, and what the command line says over it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError

from agent.config import DEFAULT, Config, ConfigError, read_tables
from agent.llm import CassetteOptions
from eval.records import HistoryMode
from eval.runs.parquet import RecordsFormat
from nodes.state import Stage
from value_index.errors import first_problem
from value_index.models import FrozenModel

Evidence = Literal["knowledge", "question", "none"]


class Experiment(FrozenModel):
    """The `[eval]` table of a configuration file: what is measured, never what answers."""

    dialogues: str | None = None
    """`A:B`; all dialogues where absent."""
    databases: tuple[str, ...] = ()
    """The only databases whose dialogues are asked; all where empty."""
    history: HistoryMode = "gold"
    oracle: tuple[Stage, ...] = ()
    """Stages that are given gold."""
    alone: bool | None = None
    """Whether every stage also runs alone; where absent, those that cost no model call do."""
    seed: int = 0
    """The seed of the noised history."""
    noise_rate: float = Field(default=0.5, ge=0, le=1)
    """How many earlier turns the noised history edits."""
    evidence: Evidence = "knowledge"
    """What becomes of the evidence that a data set gives for a question: it is read as knowledge, stands in the question, or
    is left out."""


@dataclass(frozen=True)
class RunOptions:
    """What the command line asks for; what it leaves open is read from `[eval]`."""

    data: Path
    out: Path
    dataset: str = "cosql"
    split: str = "dev"
    config: Path | None = None
    """The embedded default where absent."""
    nodes: tuple[str, ...] = ()
    """`STAGE=VARIANT` overrides."""
    dialogues: str | None = None
    databases: tuple[str, ...] = ()
    """The only databases whose dialogues are asked; those of `[eval]`, or all, where empty."""
    shard: str | None = None
    """`I/N`: every Nth dialogue of the selection, from the Ith on, 1-based; all of them unless given."""
    history: str | None = None
    oracle: tuple[str, ...] = ()
    alone: bool | None = None
    concurrency: int = 1
    workers: int = 1
    """Processes that answer, each with its own index."""
    ray: str | None = None
    """Address of the Ray cluster whose actors answer; None for processes of this machine."""
    copy_to: str | None = None
    """Address, as fsspec knows it, under which the run folder is also put at its end."""
    resume: bool = False
    records: RecordsFormat = "jsonl"
    """How the records of the finished run are kept."""
    evidence: str | None = None
    knowledge: tuple[Path, ...] = ()
    """Files and folders of what is known about the databases; those of the configuration where empty."""
    endpoint: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Settings over those of `[endpoint]`."""
    cassette: CassetteOptions | None = None
    """The file that records a language model's answers, or replays them."""
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    """Holds the endpoint's key."""


def read_experiment(options: RunOptions) -> tuple[Config, Experiment]:
    """Read a configuration file and its `[eval]` table, which the command line overrides and the agent never sees.

    Raises:
        ConfigError: the file cannot be used, or an option has no such value.
    """
    path = options.config or DEFAULT
    tables = read_tables(path)
    if options.endpoint:
        tables["endpoint"] = {**tables.get("endpoint", {}), **options.endpoint}
    given = {
        name: getattr(options, name) for name in ("dialogues", "databases", "history", "oracle", "alone", "evidence")
    }
    try:
        experiment = Experiment.model_validate(tables.pop("eval", {}))
    except ValidationError as error:
        raise ConfigError(f"{path}: {first_problem(error, inside='eval', shows_input=True)}") from error
    over = {name: value for name, value in given.items() if value not in (None, ())}
    return Config.parse(tables, source=str(path), overrides=options.nodes), _overridden(experiment, over)


def _overridden(experiment: Experiment, over: Mapping[str, Any]) -> Experiment:
    """Return what is measured with the command line's values in place of the file's."""
    try:
        return Experiment.model_validate({**experiment.model_dump(exclude_unset=True), **over})
    except ValidationError as error:
        said = first_problem(error, shows_input=True).partition(": ")[2]
        raise ConfigError(f"--{error.errors()[0]['loc'][0]}: {said}") from error
