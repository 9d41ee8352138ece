"""Feedback: answers that a person said are right, in one file of the person's own; nothing is kept unless it is said."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock
from pydantic import ValidationError

from nodes.state import Turn
from value_index.errors import TurnSQLError, first_problem, reason
from value_index.files.atomic_file import atomic_file
from value_index.knowledge.store import Knowledge, VerifiedQuestion
from value_index.models import FrozenModel
from value_index.text.bounded_file import text_at_most

MOST_BYTES = 64 << 20


class FeedbackError(TurnSQLError):
    """A feedback file that cannot be used, or an entry that is not in it."""


class KeptAnswer(FrozenModel):
    """One answer that somebody said is right."""

    id: str
    """Name of the entry: the same question in the same conversation over the same database has the same."""
    at: str
    """Time at which it was kept, as ISO 8601."""
    database: str
    """Address of the database, without a password."""
    question: str
    history: tuple[Turn, ...] = ()
    """The turns before it."""
    sql: str
    edited: bool = False
    """Whether the person corrected the answer."""

    @property
    def stands_alone(self) -> bool:
        """Whether the question needs no turn before it."""
        return not self.history


class Feedback:
    """The file, one JSON object a line."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def entries(self, database: str | None = None) -> tuple[KeptAnswer, ...]:
        """Return what is kept, the oldest first.

        Args:
            database: address of the database of which alone it is asked.

        Raises:
            FeedbackError: the file cannot be read.
        """
        if not self.path.exists():
            return ()
        try:
            lines = text_at_most(self.path, MOST_BYTES).splitlines()
        except (OSError, ValueError) as error:
            raise FeedbackError(f"cannot read the feedback {str(self.path)!r}: {reason(error)}") from error
        found = tuple(self._read(number, line) for number, line in enumerate(lines, start=1) if line.strip())
        return tuple(each for each in found if database in (None, each.database))

    def keep(self, *, database: str, question: str, history: tuple[Turn, ...], sql: str, edited: bool) -> KeptAnswer:
        """Keep an answer; the same question, kept before, is replaced."""
        key = json.dumps([database, [turn.model_dump() for turn in history], question])
        kept = KeptAnswer(
            id=hashlib.sha256(key.encode()).hexdigest()[:16],
            at=datetime.now(UTC).isoformat(timespec="seconds"),
            database=database,
            question=question,
            history=history,
            sql=sql,
            edited=edited,
        )
        with self._alone():
            self._write([*(each for each in self.entries() if each.id != kept.id), kept])
        return kept

    def delete(self, name: str, database: str | None = None) -> None:
        """Forget an entry.

        Raises:
            FeedbackError: there is none of that name.
        """
        with self._alone():
            entries = self.entries()
            left = [each for each in entries if each.id != name or database not in (None, each.database)]
            if len(left) == len(entries):
                raise FeedbackError(f"nothing is kept as {name!r}: `turnsql feedback list` shows the names")
            self._write(left)

    def knowledge(self, database: str) -> Knowledge:
        """Return what is kept as verified questions: those that stand alone, for the words of others need their turns."""
        return Knowledge(
            questions=tuple(
                VerifiedQuestion(question=each.question, sql=each.sql, source=f"{self.path.name}: {each.id}")
                for each in self.entries(database)
                if each.stands_alone
            )
        )

    def _read(self, number: int, line: str) -> KeptAnswer:
        try:
            return KeptAnswer.model_validate_json(line)
        except ValidationError as error:
            raise FeedbackError(f"{self.path}: line {number}: {first_problem(error)}") from error

    def _write(self, entries: list[KeptAnswer]) -> None:
        try:
            with atomic_file(self.path, 0o600) as file:
                file.writelines(f"{each.model_dump_json()}\n".encode() for each in entries)
        except OSError as error:
            raise FeedbackError(f"cannot write the feedback {str(self.path)!r}: {reason(error)}") from error

    @contextmanager
    def _alone(self) -> Generator[None]:
        """Keep other processes from writing meanwhile."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(self.path.with_name(f"{self.path.name}.lock"), timeout=10, mode=0o600):
                yield
        except (OSError, TimeoutError) as error:
            raise FeedbackError(f"cannot write the feedback {str(self.path)!r}: {reason(error)}") from error


def training_row(kept: KeptAnswer, leak_class: str) -> dict[str, object]:
    """Return an entry as a row for training.

    Args:
        leak_class: what of it an evaluation holds too: `database`, `schema`, `question`, `sql`, `none`, or `unaudited`.
    """
    return {
        "database_id": Path(kept.database).stem,
        "database": kept.database,
        "utterance": kept.question,
        "query": kept.sql,
        "history": [turn.model_dump() for turn in kept.history],
        "source": "feedback",
        "edited": kept.edited,
        "leak_class": leak_class,
    }
