"""kept: rows that took long to make, in a file that a later run reads instead, as long as what they depend on is the same."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from value_index.files.atomic_file import write_atomically
from value_index.files.folders import ROOT

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    Row = TypeVar("Row", bound=DataclassInstance)

CODE = ("nodes", "value_index", "training/ranking", "eval/conversations")
"""Folders whose code decides what candidates and their features are."""


def kept(path: Path, make: Callable[[], Iterable[Row]], read: Callable[[Mapping[str, Any]], Row]) -> list[Row]:
    """Return the rows of a file, which is written first if it is not there.

    Args:
        path: the file; its folder is made.
        make: makes the rows.
        read: turns a row's fields back into one.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = "".join(json.dumps(asdict(row)) + "\n" for row in make())
        write_atomically(path, gzip.compress(lines.encode(), 5, mtime=0))
    return [read(json.loads(line)) for line in gzip.decompress(path.read_bytes()).decode().splitlines()]


def content_key(said: object, files: Iterable[Path] = (), folders: Iterable[str] = CODE) -> str:
    """Return a short hash of what rows depend on.

    Args:
        said: settings, as JSON writes them.
        files: weights.
        folders: whose code counts.
    """
    found = hashlib.sha256(json.dumps(said).encode())
    code = (file for folder in folders for file in sorted((ROOT / folder).rglob("*.py")))
    for file in (*files, *code):
        found.update(file.read_bytes())
    return found.hexdigest()[:12]
