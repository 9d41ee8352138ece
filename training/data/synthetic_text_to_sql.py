"""The public `synthetic_text_to_sql` layout: a question, its SQL, and the statements that make the tables.

Each row brings a schema of its own, so a SQLite database is made of each row that is used; rows that SQLite refuses are
passed over, and so are those that change data instead of asking for it.
"""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from pydantic import ValidationError

from eval.datasets import DataError, Dataset, GoldDialogue, GoldTurn
from eval.datasets.json_lines import read_json_lines
from value_index.errors import first_problem
from value_index.models import ForeignModel

FIELDS = ("id", "sql_prompt", "sql_context", "sql", "sql_complexity")
_MOST_STEPS = 2_000_000
"""The most steps of SQLite's virtual machine that a row's statements may take."""


class SyntheticRow(ForeignModel):
    """One row; fields that we do not read are ignored."""

    id: int
    sql_prompt: str
    """The question."""
    sql_context: str
    """CREATE TABLE and INSERT statements."""
    sql: str
    sql_complexity: str = ""


def read_rows(folder: Path, split: str) -> Iterator[SyntheticRow]:
    """Yield the rows of a split, from JSON lines or from the official Parquet file.

    Raises:
        DataError: Neither is there, or a row is malformed.
    """
    lines = folder / f"synthetic_text_to_sql_{split}.jsonl"
    parquet = folder / f"synthetic_text_to_sql_{split}.snappy.parquet"
    if lines.is_file():
        yield from read_json_lines(lines, SyntheticRow)
    elif parquet.is_file():
        yield from _read_parquet(parquet)
    else:
        raise DataError(f"{str(folder)!r} has neither {parquet.name} nor {lines.name}")


def count_rows(folder: Path, split: str) -> int:
    """Return how many rows a split has."""
    return sum(1 for _ in read_rows(folder, split))


def load_synthetic(folder: Path, split: str, work: Path, *, most: int | None = None, seed: int = 0) -> Dataset:
    """Read rows as dialogues of one turn, and make their databases under `work`.

    Args:
        most: how many usable rows, drawn by the seed; all unless given.

    Raises:
        DataError: The split is absent or malformed, or none of its rows can be used.
    """
    rows = list(read_rows(folder, split))
    random.Random(seed).shuffle(rows)
    databases = work / "synthetic_text_to_sql"
    dialogues: list[GoldDialogue] = []
    for row in rows:
        if most is not None and len(dialogues) >= most:
            break
        if row.sql.lstrip().lower().startswith(("select", "with")) and _made(row, databases):
            turn = GoldTurn(utterance=row.sql_prompt, query=row.sql)
            dialogues.append(GoldDialogue(index=row.id, database_id=_name(row), turns=(turn,)))
    if not dialogues:
        raise DataError(f"{str(folder)!r}: no row of {split} is a query whose tables SQLite can make")
    ordered = tuple(sorted(dialogues, key=lambda dialogue: dialogue.index))
    return Dataset("synthetic_text_to_sql", split, folder, ordered, databases=databases)


def _name(row: SyntheticRow) -> str:
    return f"synthetic_{row.id}"


def _made(row: SyntheticRow, databases: Path) -> bool:
    """Make the database of a row, whole or not at all; tell whether it is there and answers the row's SQL."""
    path = databases / _name(row) / f"{_name(row)}.sqlite"
    if path.is_file():
        return True
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".partial")
    temporary.unlink(missing_ok=True)
    try:
        with closing(sqlite3.connect(temporary)) as connection:
            connection.set_authorizer(_inside)
            connection.set_progress_handler(lambda: 1, _MOST_STEPS)
            connection.executescript(row.sql_context)
            connection.execute(row.sql).fetchmany(1)
            connection.commit()
    except (sqlite3.Error, sqlite3.Warning):
        temporary.unlink(missing_ok=True)
        path.parent.rmdir()
        return False
    temporary.rename(path)
    return True


def _inside(action: int, *_: str | None) -> int:
    """Let a row's statements touch nothing but its own file."""
    outside = (sqlite3.SQLITE_ATTACH, sqlite3.SQLITE_DETACH, sqlite3.SQLITE_PRAGMA)
    return sqlite3.SQLITE_DENY if action in outside else sqlite3.SQLITE_OK


def _read_parquet(path: Path) -> Iterator[SyntheticRow]:
    try:
        import pyarrow.parquet as parquet
    except ImportError as error:
        raise DataError(f"reading {path.name} needs pyarrow: uv pip install pyarrow") from error
    try:
        table = parquet.read_table(path, columns=list(FIELDS))
    except (OSError, ValueError) as error:
        raise DataError(f"{path} is not the official Parquet file: {' '.join(str(error).split())[:200]}") from error
    for number, row in enumerate(table.to_pylist(), start=1):
        try:
            yield SyntheticRow.model_validate(row)
        except ValidationError as error:
            raise DataError(f"{path} row {number}: {first_problem(error)}") from error
