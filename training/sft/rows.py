"""Chat rows to learn from: the folder that `turnsql train plans` and `turnsql data prepare` write."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from pydantic import Field, ValidationError

from nodes.llm.messages import Message
from nodes.state import Stage
from training.dev_databases import DEV_DATABASES, LeakError
from training.settings import TrainingError
from value_index.errors import first_problem
from value_index.models import ForeignModel

SPLITS = ("train", "held_out", "validation")
"""`held_out`: unseen rows of known databases; `validation`: unseen databases."""


class ChatRow(ForeignModel):
    """One row; fields that are not listed are ignored."""

    messages: tuple[Message, ...] = Field(min_length=2)
    """The last one is the answer to learn."""
    stage: Stage
    database_id: str
    database: Path
    """The SQLite file."""
    gold: str
    """The gold SQL, for the scorer."""
    oracle: bool = False
    """Whether the prompt holds what only gold knows."""

    candidates: tuple[str, ...] = ()
    """The queries that the prompt numbers, from 1; empty where it asks for no choice."""

    @property
    def prompt(self) -> list[dict[str, str]]:
        """What is asked, as the chat template takes it."""
        return [message.model_dump() for message in self.messages[:-1]]

    @property
    def completion(self) -> list[dict[str, str]]:
        """What is to be answered."""
        return [self.messages[-1].model_dump()]


def read_rows(folder: Path, split: str, stages: Iterable[Stage], *, diagnostic: bool = False) -> list[ChatRow]:
    """Read the rows of some stages; none where the folder has no such split.

    Raises:
        TrainingError: a line is no row (it is named), or holds gold and the run is not diagnostic.
        LeakError: a row is about a development database.
    """
    rows: list[ChatRow] = []
    for stage in stages:
        path = folder / split / f"{stage}.jsonl"
        if path.is_file():
            lines = path.read_text(encoding="utf-8").splitlines()
            rows += [_row(path, number, line, diagnostic) for number, line in enumerate(lines, 1) if line.strip()]
    if split == "train" and not rows:
        raise TrainingError(f"{folder} has no train rows of {', '.join(stages)}: make them with turnsql train plans")
    return rows


def _row(path: Path, number: int, line: str, diagnostic: bool) -> ChatRow:
    try:
        row = ChatRow.model_validate_json(line)
    except ValidationError as error:
        raise TrainingError(f"{path}, line {number}: {first_problem(error)}") from error
    if row.database_id in DEV_DATABASES:
        raise LeakError(
            f"{path}, line {number} is about {row.database_id!r}, a development database: models are measured on it, so "
            "it cannot train one"
        )
    if row.oracle and not diagnostic:
        raise TrainingError(f"{path}, line {number} holds what only gold knows: set diagnostic = true to train on it")
    return row
