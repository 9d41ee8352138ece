"""read_json and each_row: the JSON files of data sets; what is wrong with one is said in a line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from value_index.errors import TurnSQLError

PIECE = 1 << 20
"""Characters that are read at a time."""
_SPACE = re.compile(r"[ \t\n\r]*")


class DataError(TurnSQLError):
    """A data folder that is missing, foreign or unreadable."""


def read_json(path: Path) -> Any:
    """Read a JSON file.

    Raises:
        DataError: It is missing, not text, or not JSON.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise DataError(f"{path} is not readable JSON: {error}") from error


def each_row(path: Path) -> Iterator[Any]:
    """Yield the rows of a JSON list, without the whole of it in memory.

    Raises:
        DataError: As read_json; or it is no list.
    """
    seen = 0
    try:
        for row in _streamed(path):
            yield row
            seen += 1
        return
    except (OSError, ValueError, RecursionError):
        rows = read_json(path)  # says what is wrong with it
    if not isinstance(rows, list):
        raise DataError(f"{path} holds no dialogues: it must be a list with at least one")
    yield from rows[seen:]


def _streamed(path: Path) -> Iterator[Any]:
    """Yield the rows of a JSON list.

    Raises:
        OSError: It cannot be read.
        ValueError: It is no such list; so it is where it is empty.
    """
    with path.open(encoding="utf-8-sig") as file:
        text = file.read(PIECE)
        place = _after_space(text, 0)
        if text[place : place + 1] != "[":
            raise ValueError(f"{path} is no list")
        place += 1
        while True:
            while (found := _row(text, place)) is None:
                more = file.read(max(PIECE, len(text) - place))
                if not more:
                    raise ValueError(f"{path} ends in a row")
                text, place = text[place:] + more, 0
            row, place = found
            yield row
            if text[place] == "]":
                break
            if text[place] != ",":
                raise ValueError(f"{path} has something between two rows")
            place += 1
        if (text[place + 1 :] + file.read()).strip(" \t\n\r"):
            raise ValueError(f"{path} goes on after its list")


def _row(text: str, place: int) -> tuple[Any, int] | None:
    """Return the row at a place, and where what follows it stands; None where the text ends before that."""
    try:
        row, end = json.JSONDecoder().raw_decode(text, _after_space(text, place))
    except ValueError:
        return None
    end = _after_space(text, end)
    return (row, end) if end < len(text) else None


def _after_space(text: str, place: int) -> int:
    found = _SPACE.match(text, place)
    return found.end() if found else place
