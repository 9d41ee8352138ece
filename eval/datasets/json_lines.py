"""JSON lines of a data set as typed rows; a bad one is named with its line number."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from eval.datasets.json_file import DataError
from value_index.errors import first_problem

M = TypeVar("M", bound=BaseModel)


def read_json_lines(path: Path, kind: type[M]) -> Iterator[M]:
    """Yield the rows of a file; empty lines are passed over.

    Raises:
        DataError: The file cannot be read, holds no row, or a line is not such a row.
    """
    rows = 0
    try:
        with path.open(encoding="utf-8-sig") as lines:
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    rows += 1
                    yield _row(path, number, line, kind)
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise DataError(f"{path} is no UTF-8 text after line {rows}: {error.reason}") from error
    if not rows:
        raise DataError(f"{path} holds no rows")


def _row(path: Path, number: int, line: str, kind: type[M]) -> M:
    try:
        return kind.model_validate_json(line)
    except ValidationError as error:
        raise DataError(f"{path} line {number}: {first_problem(error)}") from error
