"""What a run leaves on disk: a manifest and one record a turn."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, Field, ValidationError

from eval.record_lines import has_lines, whole_lines
from eval.turn_key import TurnKey
from nodes.state import Attempt, Choice, ModelCall, NoQuestion, Stage
from value_index.errors import TurnSQLError, first_problem
from value_index.models import FrozenModel

HistoryMode = Literal["gold", "predicted", "noised"]
Outcome = Literal["answered", "no_sql", "no_question", "not_run"]
M = TypeVar("M", bound=BaseModel)
TIMES = frozenset(("ms", "timing", "seconds", "server"))
"""Fields of a record that no two runs share: times, and which of several servers answered."""


class RunError(TurnSQLError):
    """A run folder that is missing, foreign, finished, in use, or made from other inputs."""


class Record(FrozenModel):
    """A frozen line or file of a run. A misspelt field is refused; what is read from a file may have later versions' fields."""


class Manifest(Record):
    """The provenance of a run's figures."""

    dataset: str
    split: str
    dialogues: str
    """`A:B`, 0-based and half-open, of the official file."""
    databases: tuple[str, ...] = ()
    """The only databases whose dialogues of that range were asked; all where empty."""
    shard: str | None = None
    """`I/N` where only every Nth of these dialogues was asked, from the Ith on; None for all of them."""
    history: HistoryMode
    rows_sha256: str
    """SHA-256 of the selected dialogues with their gold."""
    config_sha256: str
    """SHA-256 of the agent's resolved configuration."""
    commit: str
    """The commit of the checkout, `-dirty` if it had changes; `unknown` outside one."""
    resumed_by: tuple[str, ...] = ()
    """Other commits that continued the run."""
    versions: dict[str, str]
    """Python and the libraries that can change a result."""
    oracle_stages: tuple[Stage, ...] = ()
    """Stages that were given gold."""
    oracle_prompt_rows: int = 0
    """Prompts that held gold: 0 for a real run."""
    data: str = ""
    """The data folder, as given."""
    turns: int = 0
    """Turns selected; a finished run has as many records."""
    config: dict[str, Any] = Field(default_factory=dict[str, Any])
    """The agent's resolved configuration."""
    settings_sha256: str = ""
    """SHA-256 of what else changes the records: the seed of the noised history, whether stages also ran alone."""
    noise_seed: int | None = None
    """The seed of the noised history; None under another."""
    noise_rate: float | None = None
    """How many earlier turns the noised history edits; None under another."""
    prompts_sha256: str | None = None
    """SHA-256 of the prompts; None if no stage calls a language model."""
    weights_sha256: str | None = None
    """SHA-256 of a trained model's weights; None if no stage has one."""
    knowledge_sha256: str | None = None
    """SHA-256 of what was known about the databases; None without `--knowledge`."""
    evidence: Literal["knowledge", "question", "none"] | None = None
    """What became of the data set's evidence; None if it gives none."""
    edition: str = ""
    """Which of several publications of the data set was asked."""
    served_model: dict[str, Any] = Field(default_factory=dict[str, Any])
    """What the endpoint said of the model that it served under the configured name; empty if it said nothing."""
    database_hashes: dict[str, str] = Field(default_factory=dict[str, str])
    """SHA-256 of the content of each database by its id; empty if an earlier version made the run."""
    predictions: str | None = None
    """Name of the file whose answers were imported; None for a run of a graph."""
    predictions_sha256: str | None = None
    """SHA-256 of that file."""
    left_out: int = 0
    """Turns that the imported file says nothing of, kept out of every figure."""
    interaction: dict[str, str] = Field(default_factory=dict[str, str])
    """The mode, release, user simulator and environment of a run over BIRD-Interact; empty for any other."""
    chain: Literal["sha256"] | None = None
    """How each record vouches for those before it (`eval.record_chain`); None if an earlier version made the run."""

    def differences(self, other: Manifest) -> tuple[str, ...]:
        """Name what must agree for records to stand in one file, and does not."""
        return tuple(name for name in IDENTITY if getattr(self, name) != getattr(other, name))


IDENTITY = (
    "dataset", "split", "dialogues", "shard", "history", "rows_sha256", "config_sha256", "oracle_stages", "settings_sha256",
    "prompts_sha256", "weights_sha256", "knowledge_sha256", "evidence", "database_hashes",
)  # fmt: skip


class StageRecord(Record):
    """What one stage gave in one turn (its last output, where it ran again)."""

    variant: str
    output: Any = None
    """The output as JSON; None if the stage did not run."""
    ms: float = 0.0
    """All its runs of this turn together."""
    calls: tuple[ModelCall, ...] = ()
    """The language model's answers to it, in order."""
    choice: Choice | None = None
    """What the stage chose from, if it gathered candidates."""


class TurnRecord(Record):
    """Everything that happened in one turn."""

    dialogue: int
    turn: int
    database_id: str
    utterance: str
    history: HistoryMode
    sql: str
    """The final SQL; "" if there is none."""
    outcome: Outcome
    no_question: NoQuestion | None = None
    """What the utterance was taken for in place of a question; no stage ran then."""
    stages: dict[Stage, StageRecord]
    attempts: tuple[Attempt, ...] = ()
    timing: dict[str, float] = Field(default_factory=dict[str, float])
    """`ms`: wall clock of the turn."""
    error: str | None = None
    """Why a turn was not run."""

    @property
    def key(self) -> TurnKey:
        """Dialogue and turn."""
        return TurnKey(self.dialogue, self.turn)

    @property
    def confidence(self) -> float | None:
        """The confidence of the first plan; None if no plan was made, or its planner gives none."""
        emitted = self.stages.get("plan_emission")
        return emitted.output[0].get("confidence") if emitted and emitted.output else None


class AloneRecord(Record):
    """The output of one stage fed with gold upstream."""

    dialogue: int
    turn: int
    stage: Stage
    output: Any = None
    error: str | None = None

    @property
    def key(self) -> TurnKey:
        """Dialogue and turn."""
        return TurnKey(self.dialogue, self.turn)


def read_manifest(folder: Path) -> Manifest:
    """Read a run's manifest.

    Raises:
        RunError: The folder is missing or is no run.
    """
    path = folder / "manifest.json"
    try:
        return Manifest.model_validate_json(path.read_bytes(), extra="ignore")
    except OSError as error:
        raise RunError(f"{folder} is not a run folder: cannot read {path.name} ({error.strerror})") from error
    except ValidationError as error:
        raise RunError(f"{path} is not a run's manifest: {first_problem(error)}") from error


def read_turns(folder: Path) -> list[TurnRecord]:
    """Read a run's records; a torn last line is left out.

    Raises:
        RunError: The file is missing, a whole line is not a record, or a turn stands there twice.
    """
    return list(each_turn(folder))


def each_turn(folder: Path) -> Iterator[TurnRecord]:
    """Read a run's records one at a time; see read_turns."""
    seen = set[TurnKey]()
    for record in read_lines(folder / "turns.jsonl", TurnRecord):
        if record.key in seen:
            raise RunError(f"{folder / 'turns.jsonl'} holds turn {record.key} twice: it was edited, run it again")
        seen.add(record.key)
        yield record


def read_alone(folder: Path) -> list[AloneRecord]:
    """Read what the stages gave alone; empty if the run has none."""
    return list(each_alone(folder))


def each_alone(folder: Path) -> Iterator[AloneRecord]:
    """Read what the stages gave alone, one output at a time."""
    path = folder / "alone.jsonl"
    return read_lines(path, AloneRecord) if has_lines(path) else iter(())


def read_lines(path: Path, model: type[M]) -> Iterator[M]:
    """Read a JSONL file, or the Parquet file in its place; what follows the last line end was torn off by a kill and is left out.

    Raises:
        RunError: The file is missing, or a whole line is not a record.
    """
    for number, line in enumerate(readable_lines(path), start=1):
        if line.strip():
            yield parsed_line(path, number, line, model)


def parsed_line(path: Path, number: int, line: bytes, model: type[M]) -> M:
    """Read one line of a file.

    Raises:
        RunError: It is not a record.
    """
    try:
        return model.model_validate_json(line, extra="ignore")
    except ValidationError as error:
        raise RunError(f"{path} line {number} is not a record: {first_problem(error)}") from error


def readable_lines(path: Path) -> Iterator[bytes]:
    """Yield the lines of a file.

    Raises:
        RunError: It cannot be read.
    """
    try:
        yield from whole_lines(path)
    except OSError as error:
        raise RunError(f"cannot read {path}: {error.strerror}") from error
