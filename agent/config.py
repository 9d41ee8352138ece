"""An agent's configuration: a TOML file that names a variant for each stage, and that variant's settings."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Self, TypeVar, cast

from pydantic import BaseModel, Field, ValidationError

from nodes.intent.read_intent import READERS
from nodes.llm.endpoint import Endpoint
from nodes.node import Node, Variant
from nodes.registry import NODES
from nodes.state import STAGES, NoQuestionKind, Stage
from value_index.errors import TurnSQLError, first_problem, reason
from value_index.files.folders import ROOT, shipped
from value_index.models import FrozenModel
from value_index.text.bounded_file import text_at_most

T = TypeVar("T", bound=BaseModel)

MOST_BYTES = 4 << 20
"""A larger file is no configuration."""
DEFAULT = ROOT / "configs" / "default.toml"
"""The embedded default: no endpoint, no key, no network."""


class ConfigError(TurnSQLError):
    """A configuration that cannot be used: names the file, the key, and what is allowed there."""


class ConfigTable(FrozenModel):
    """A table of the file; unknown keys are refused."""


class GraphSettings(ConfigTable):
    """`[graph]`: how far the machine may go in one turn."""

    max_attempts: int = Field(default=3, ge=1, le=20)
    """SQL texts that may go through the validator in one turn."""
    tracing: bool = False
    """Whether LangSmith may upload every turn, if its own environment variables ask for it."""
    refuse: tuple[NoQuestionKind, ...] | None = None
    """What is told from questions and gets one line in place of rows. All kinds if unset, but `other_language` if a stage
    asks a model, which may read it; `[]` answers everything."""


class ExecutionSettings(ConfigTable):
    """`[execution]`: what running the final SQL may cost."""

    deadline: float = Field(default=5.0, gt=0, le=3600)
    """Seconds."""
    max_rows: int = Field(default=1000, ge=1)
    """Rows fetched for an answer."""
    max_cost: float = Field(default=0, ge=0)
    """What the engine may expect the SQL to cost, in its own unit (of PostgreSQL, about one page read in order); 0 is no
    limit. Dearer SQL is refused with the estimate, and not run. SQLite and DuckDB estimate nothing."""


class ClarifySettings(ConfigTable):
    """`[clarify]`: when a conversation asks back instead of guessing: if what the answer is worth exceeds its price."""

    price: float = Field(default=0.15, ge=0, le=1)
    """What a question costs the user, as a share of what a right answer is worth; 1 never asks."""
    understood: float = Field(default=0.3, ge=0, le=1)
    """How likely words of the user's own make the answer right; 0 never asks what words mean."""
    misread: float = Field(default=0.0, ge=0, le=1)
    """How likely a request with words that nothing explains is misread, however sure its plan is; 0 trusts the plan."""
    clauses: float = Field(default=0.0, ge=0, le=1)
    """How likely it makes the answer right to be told which columns are wanted, or how they are sorted; 0 never asks that."""
    most: int = Field(default=1, ge=0)
    """Questions in one turn."""


class Config(ConfigTable):
    """An agent: six variants with their settings, and the budgets of a turn."""

    variants: Mapping[Stage, str]
    """The variant's name for each of the six stages; `skip` where the file names none."""
    settings: Mapping[Stage, Variant]
    """The frozen node model of each stage."""
    graph: GraphSettings = GraphSettings()
    execution: ExecutionSettings = ExecutionSettings()
    clarify: ClarifySettings = ClarifySettings()
    endpoint: Endpoint | None = None
    """`[endpoint]`: the language model, where a node needs one."""
    knowledge: tuple[Path, ...] = ()
    """Files of what is known about the database, where `--knowledge` names none; relative to the configuration's folder."""
    match_descriptions: bool = False
    """Whether a question's words find a column by its description too: two words side by side that stand in that one alone."""

    @classmethod
    def load(cls, path: Path = DEFAULT, *, overrides: Iterable[str] = ()) -> Self:
        """Read a file; `overrides` are `STAGE=VARIANT` words of the command line, which replace the stage's table."""
        return cls.parse(read_tables(path), source=str(path), overrides=overrides)

    @classmethod
    def parse(cls, tables: Mapping[str, Any], *, source: str, overrides: Iterable[str] = ()) -> Self:
        """Build a configuration from TOML tables; `source` is named in errors."""
        _refuse_unknown(
            tables,
            ("nodes", "graph", "execution", "clarify", "endpoint", "knowledge", "match_descriptions"),
            source,
            "",
        )
        nodes = _table(tables.get("nodes", {}), source, "nodes")
        _refuse_unknown(nodes, STAGES, source, "nodes.")
        replaced = {stage: {"variant": variant} for stage, variant in map(_override, overrides)}
        built: dict[Stage, tuple[str, Variant]] = {
            stage: _node({**nodes, **replaced}.get(stage, {}), stage, source) for stage in STAGES
        }
        endpoint = _validated(Endpoint, tables["endpoint"], source, "endpoint") if "endpoint" in tables else None
        costly = [stage for stage, (_, node) in built.items() if node.costly]
        if costly and endpoint is None:
            raise ConfigError(f"{source}: nodes.{costly[0]} asks a language model: add [endpoint] base_url, model")
        return cls(
            endpoint=endpoint,
            knowledge=_paths(tables.get("knowledge", ()), source),
            match_descriptions=_switch(tables.get("match_descriptions", False), source, "match_descriptions"),
            variants={stage: name for stage, (name, _) in built.items()},
            settings={stage: node for stage, (_, node) in built.items()},
            graph=_validated(GraphSettings, tables.get("graph", {}), source, "graph"),
            execution=_validated(ExecutionSettings, tables.get("execution", {}), source, "execution"),
            clarify=_validated(ClarifySettings, tables.get("clarify", {}), source, "clarify"),
        )

    def nodes(self) -> dict[Stage, Node]:
        """Return the six nodes, ready for the graph."""
        return cast(dict[Stage, Node], dict(self.settings))

    @property
    def refused(self) -> tuple[NoQuestionKind, ...]:
        """The kinds of utterances that get one line in place of rows."""
        if self.graph.refuse is not None:
            return self.graph.refuse
        # Studies put nodes of their own in a stage's place, which need not be variants.
        asks = any(getattr(node, "costly", False) for node in self.settings.values())
        return tuple(kind for kind in READERS if not (asks and kind == "other_language"))

    def canonical(self) -> dict[str, Any]:
        """Return everything that decides what the agent does, defaults spelled out, as plain JSON values."""
        nodes = {
            stage: {"variant": self.variants[stage], **self.settings[stage].model_dump(mode="json")} for stage in STAGES
        }
        return {
            "nodes": nodes,
            "graph": {**self.graph.model_dump(mode="json", exclude={"tracing"}), "refuse": list(self.refused)},
            "execution": self.execution.model_dump(mode="json"),
            **({"endpoint": self.endpoint.decisive()} if self.endpoint else {}),
            **({"knowledge": [path.name for path in self.knowledge]} if self.knowledge else {}),
            **({"match_descriptions": True} if self.match_descriptions else {}),
        }

    @property
    def sha256(self) -> str:
        """Hash of the content: two files that mean the same agent hash alike."""
        text = json.dumps(self.canonical(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


def read_endpoint(path: Path) -> Endpoint:
    """Read the language model that a configuration names.

    Raises:
        ConfigError: it cannot be used, or names none.
    """
    endpoint = Config.load(path).endpoint
    if endpoint is None:
        raise ConfigError(f"{path}: names no model: add [endpoint] base_url, model")
    return endpoint


def read_tables(path: Path) -> dict[str, Any]:
    """Read the tables of a configuration file.

    Raises:
        ConfigError: it cannot be read, or is no TOML.
    """
    try:
        return tomllib.loads(text_at_most(shipped(path), MOST_BYTES))
    except OSError as error:
        raise ConfigError(f"{path}: cannot read the configuration ({error.strerror})") from error
    except (ValueError, RecursionError) as error:  # no TOML, no text, a number without end
        raise ConfigError(f"{path}: not a TOML file ({reason(error)})") from error


def _override(word: str) -> tuple[Stage, str]:
    stage, equals, variant = word.partition("=")
    if not equals or stage not in STAGES:
        raise ConfigError(f"--node {word!r} is not STAGE=VARIANT; stages: {', '.join(STAGES)}")
    if variant not in NODES[stage]:
        raise ConfigError(f"--node {word!r}: {stage} has no variant {variant!r}; allowed: {', '.join(NODES[stage])}")
    return stage, variant


def _node(value: Any, stage: Stage, source: str) -> tuple[str, Variant]:
    """Build one node from its table, whose `variant` names the class and whose other keys are its settings."""
    key = f"nodes.{stage}"
    settings = dict(_table(value, source, key))
    variant = settings.pop("variant", "skip" if not settings else None)
    kind = NODES[stage].get(variant) if isinstance(variant, str) else None
    if kind is None:
        what = "needs a variant" if variant is None else f"has no variant {variant!r}"
        raise ConfigError(f"{source}: {key} {what}; allowed: {', '.join(NODES[stage])}")
    return str(variant), _validated(kind, settings, source, key)


def _validated(kind: type[T], value: Any, source: str, key: str) -> T:
    table = _table(value, source, key)
    _refuse_unknown(table, tuple(kind.model_fields), source, f"{key}.")
    try:
        return kind.model_validate(table)
    except ValidationError as error:
        raise ConfigError(f"{source}: {first_problem(error, inside=key, shows_input=True)}") from error


def _table(value: Any, source: str, key: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise ConfigError(f"{source}: {key} must be a table [{key}], not {value!r}")
    return value


def _switch(value: Any, source: str, key: str) -> bool:
    if not isinstance(value, bool):
        raise ConfigError(f"{source}: {key} must be true or false, not {value!r}")
    return value


def _paths(value: Any, source: str) -> tuple[Path, ...]:
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list | tuple) or not all(isinstance(name, str) for name in names):
        raise ConfigError(f"{source}: knowledge must be a file's name or a list of them, not {value!r}")
    return tuple(Path(source).parent / name for name in cast("list[str]", names))


def _refuse_unknown(table: Mapping[str, Any], allowed: Iterable[str], source: str, prefix: str) -> None:
    allowed = tuple(allowed)
    for key in table:
        if key not in allowed:
            raise ConfigError(f"{source}: unknown key {prefix + key!r}; allowed: {', '.join(allowed) or 'none'}")
