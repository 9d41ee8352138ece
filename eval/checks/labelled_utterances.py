"""labelled_utterances: a file of utterances over the databases of a data set, each with what it is."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from eval.datasets import DataError
from nodes.state import NoQuestionKind, Turn
from value_index.errors import first_problem, reason
from value_index.models import FrozenModel
from value_index.text.bounded_file import text_at_most

MOST_BYTES = 64 << 20
"""The size of such a file at most."""


class LabelledUtterance(FrozenModel):
    """One line of the file."""

    database_id: str
    utterance: str
    kind: NoQuestionKind | Literal["question"]
    after: str | None = None
    """The SQL of the turn before; None for a conversation's first."""

    @property
    def history(self) -> tuple[Turn, ...]:
        """The turn before, if there was one."""
        return (Turn(utterance="before", sql=self.after),) if self.after else ()

    @property
    def due(self) -> NoQuestionKind | None:
        """What should be told of it; None for a question."""
        return None if self.kind == "question" else self.kind


def labelled_utterances(path: Path) -> tuple[LabelledUtterance, ...]:
    """Read a JSON Lines file.

    Raises:
        DataError: it cannot be read, or a line is none; the message says which.
    """
    try:
        lines = text_at_most(path, MOST_BYTES).splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"cannot read {path}: {reason(error)}") from error
    found: list[LabelledUtterance] = []
    for number, line in enumerate(lines, start=1):
        try:
            found += [LabelledUtterance.model_validate_json(line)] if line.strip() else []
        except ValidationError as error:
            raise DataError(f"{path}, line {number}: {first_problem(error)}") from error
    return tuple(found)
