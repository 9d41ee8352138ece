"""What --dialogues and a file of databases choose."""

from __future__ import annotations

import tomllib
from pathlib import Path

from eval.datasets.json_file import DataError
from value_index.files.folders import shipped


def parse_range(text: str) -> tuple[int, int]:
    """Read `A:B` (0-based, half-open).

    >>> parse_range("0:32")
    (0, 32)
    """
    try:
        start, stop = (int(part) for part in text.split(":"))
    except ValueError as error:
        raise DataError(f"--dialogues takes A:B with two whole numbers, not {text!r}") from error
    if not 0 <= start < stop:
        raise DataError(f"--dialogues {text!r} is empty: A must be at least 0 and below B")
    return start, stop


def listed_databases(path: Path) -> frozenset[str]:
    """Read the ids that a TOML file lists as `databases`.

    Raises:
        DataError: It is missing or malformed.
    """
    try:
        return frozenset(map(str, tomllib.loads(shipped(path).read_text(encoding="utf-8-sig"))["databases"]))
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise DataError(f"{path} lists no databases: write databases = [...] in TOML") from error
