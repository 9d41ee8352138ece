"""read_knowledge: the files of `--knowledge` read into one store, each by its own form."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from value_index.database import Database
from value_index.knowledge.bird_description import read_description
from value_index.knowledge.bird_interact import is_column_meanings, read_column_meanings, read_kb
from value_index.knowledge.errors import KnowledgeError
from value_index.knowledge.store import Knowledge
from value_index.knowledge.yaml_file import read_yaml
from value_index.text.bounded_file import read_at_most

MOST_BYTES = 16 << 20
"""A larger file is no knowledge that somebody wrote."""
MOST_YAML_BYTES = 2 << 20
"""The same of YAML, which takes a minute to read at five times this size."""
_READERS = {".yaml": read_yaml, ".yml": read_yaml, ".csv": read_description, ".jsonl": read_kb}


def read_knowledge(paths: Iterable[Path], database: Database) -> Knowledge:
    """Read files, and folders of files, about a database.

    Raises:
        KnowledgeError: one is missing, of no known form, or says what the database does not bear out.
    """
    found = Knowledge()
    for path in paths:
        for each in _files(path, database.schema.database_id):
            found = found.with_more(_READERS[each.suffix.lower()](each, _text(each), database))
    return found


def _read_json(path: Path, text: str, database: Database) -> Knowledge:
    """Read JSON: BIRD-Interact's meanings of columns, or what YAML reads too."""
    try:
        if is_column_meanings(json.loads(text)):
            return read_column_meanings(path, text, database)
    except (ValueError, RecursionError):
        pass  # told with its line below
    return read_yaml(path, text, database)


_READERS[".json"] = _read_json


def _files(path: Path, database_id: str) -> list[Path]:
    """Return the files of a path that speak of a database.

    A folder of several databases has a folder `ID` for each, or `ID/database_description` as BIRD has it; a database without
    one has nothing known about it.
    """
    if path.is_dir():
        inside = _readable(path)
        folders = [path / database_id / "database_description", path / database_id]
        own = next((found for folder in folders if folder.is_dir() and (found := _readable(folder))), [])
        if not inside and not own and not any(each.is_dir() for each in path.iterdir()):
            raise KnowledgeError(f"{path}: no {', '.join(_READERS)} file in this folder of knowledge")
        return [*inside, *own]
    if path.suffix.lower() not in _READERS:
        raise KnowledgeError(f"{path}: knowledge is read from {', '.join(_READERS)} files, or a folder of them")
    return [path]


def _readable(folder: Path) -> list[Path]:
    return sorted(each for each in folder.iterdir() if each.suffix.lower() in _READERS and each.is_file())


def _text(path: Path) -> str:
    try:
        raw = read_at_most(path, MOST_YAML_BYTES if path.suffix.lower() in (".yaml", ".yml") else MOST_BYTES)
    except OSError as error:
        raise KnowledgeError(f"{path}: cannot read the knowledge ({error.strerror})") from error
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        if path.suffix.lower() == ".csv":  # BIRD's own descriptions hold Windows' quotation marks.
            return raw.decode("cp1252", errors="replace")
        raise KnowledgeError(f"{path}:{line}: not UTF-8 text") from error
