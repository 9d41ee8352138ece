"""Questions with their SQL out of any training or evaluation file: the official layouts, and JSON lines."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from eval.datasets import DataError, followed, read_json
from value_index.engines.sqlite.database import SQLiteDatabase
from value_index.errors import DatabaseError
from value_index.schema import Schema

_DATABASE = ("database_id", "db_id")
_QUESTION = ("utterance", "question")
_SQL = ("query", "sql", "SQL")


@dataclass(frozen=True)
class LeakRow:
    """One question with its SQL, and where it stands."""

    place: str
    """File, row and turn."""
    database_id: str
    question: str
    sql: str


@dataclass(frozen=True)
class LeakRows:
    """The rows of one side, and the databases that they talk about."""

    rows: tuple[LeakRow, ...]
    databases: Path | None
    """The folder of the databases; without it schemas cannot be compared."""

    @cached_property
    def schemas(self) -> dict[str, Schema]:
        """The schemas of the databases that are there, by id."""
        found: dict[str, Schema] = {}
        for name in dict.fromkeys(row.database_id for row in self.rows):
            path = self.databases / name / f"{name}.sqlite" if self.databases else None
            if path is not None and path.is_file():
                try:
                    found[name] = SQLiteDatabase.open(path, database_id=name).schema
                except DatabaseError:
                    continue
        return found


def read_leak_rows(paths: tuple[Path, ...], databases: Path | None) -> LeakRows:
    """Read files of one side.

    Args:
        paths: JSON lists of dialogues or questions, or JSON lines of questions.
        databases: where `ID/ID.sqlite` are; looked for beside the files where None.

    Raises:
        DataError: A file is missing, unreadable, or holds no question.
    """
    rows = tuple(row for path in paths for row in _read(path))
    return LeakRows(rows, databases or next((found for path in paths if (found := _databases(path))), None))


def _read(path: Path) -> list[LeakRow]:
    if path.suffix == ".jsonl":
        try:
            entries: Any = [
                json.loads(line) for line in path.read_text(encoding="utf-8-sig").splitlines() if line.strip()
            ]
        except OSError as error:
            raise DataError(f"cannot read {path}: {error.strerror}") from error
        except (ValueError, RecursionError) as error:
            raise DataError(f"{path} is not readable JSON lines: {error}") from error
    else:
        entries = read_json(path)
    listed: list[Any] = entries if isinstance(entries, list) else []
    rows = [
        row for at, entry in enumerate(listed) if isinstance(entry, dict) for row in _rows(f"{path.name}:{at}", entry)
    ]
    if not rows:
        raise DataError(f"{path} holds no questions: give a list of dialogues or of questions with their SQL")
    return rows


def _rows(place: str, entry: dict[str, Any]) -> Iterator[LeakRow]:
    database_id = _first(entry, _DATABASE)
    for turn, item in enumerate(entry.get("interaction", [entry])):
        question, sql = _first(item, _QUESTION), _first(item, _SQL)
        if question or sql:
            yield LeakRow(f"{place}.{turn}" if "interaction" in entry else place, database_id, question, sql)
    asked = ""
    for turn, item in enumerate(entry.get("turns", [])):
        if item.get("speaker") == "user":
            asked = _first(item, ("text",))
        elif sql := _first(item, _SQL):
            yield LeakRow(f"{place}.{turn}", database_id, asked, sql)


def _first(entry: dict[str, Any], names: tuple[str, ...]) -> str:
    return next((value for name in names if isinstance(value := entry.get(name), str)), "")


def _databases(path: Path) -> Path | None:
    """Return the `database` folder of the archive that a file belongs to."""
    return next(
        (found for parent in path.resolve().parents[:2] if (found := followed(parent / "database")).is_dir()), None
    )
