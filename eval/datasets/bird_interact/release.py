"""load_release: BIRD-Interact's folder (lite, full or mini) with its databases' texts and, where it is here, the mailed gold."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, cast

from pydantic import ValidationError

from eval.datasets.bird_interact.tasks import Gold, Kind, Task
from eval.datasets.json_file import DataError
from value_index.errors import first_problem
from value_index.text.bounded_file import text_at_most

FILES: dict[str, Kind | None] = {"bird_interact_data.jsonl": None, "mini_interact.jsonl": "mini"}
"""The files that may hold a release's tasks; None: the number of the tasks tells lite from full."""
LITE_TASKS = 300
"""A release with more tasks is the full one."""
MOST_BYTES = 256 << 20
"""A larger file is no part of a release."""
VISIBLE = ("id", "knowledge", "description", "definition")
"""The fields of a knowledge entry that an agent is shown."""
_GOLD = tuple(Gold.model_fields)


@dataclass(frozen=True)
class DatabaseTexts:
    """What a release says of one database."""

    folder: Path
    name: str

    @cached_property
    def schema(self) -> str:
        """The CREATE TABLE text with the first rows of every table."""
        return _text(self.folder / f"{self.name}_schema.txt")

    @cached_property
    def column_meanings(self) -> dict[str, Any]:
        """What each `database|table|column` means, keys in lower case."""
        path = self.folder / f"{self.name}_column_meaning_base.json"
        try:
            read = json.loads(_text(path))
        except json.JSONDecodeError as error:
            raise DataError(f"{path}: {error}") from error
        if not isinstance(read, dict):
            raise DataError(f"{path} is no object of column meanings")
        return {key.lower(): value for key, value in cast(dict[str, Any], read).items()}

    @cached_property
    def knowledge(self) -> tuple[dict[str, Any], ...]:
        """The whole knowledge base, in its order."""
        return tuple(row for _, row in _rows(self.folder / f"{self.name}_kb.jsonl", "knowledge"))

    def visible_knowledge(self, task: Task) -> dict[str, dict[str, Any]]:
        """Return by name what an agent may see of the knowledge: no hidden entry, no field that links entries."""
        hidden = task.hidden_knowledge
        shown = [entry for entry in self.knowledge if str(entry.get("id")) not in hidden]
        return {str(entry["knowledge"]): {key: entry[key] for key in VISIBLE if key in entry} for entry in shown}


@dataclass(frozen=True)
class Release:
    """One release: lite, full or mini."""

    folder: Path
    kind: Kind
    tasks: tuple[Task, ...]
    without_gold: tuple[str, ...] = ()
    """Ids of the tasks that cannot be judged."""

    def task(self, instance_id: str) -> Task:
        """Return a task by its id.

        Raises:
            DataError: there is none.
        """
        found = next((task for task in self.tasks if task.instance_id == instance_id), None)
        if found is None:
            raise DataError(f"{str(self.folder)!r} has no task {instance_id!r}")
        return found

    def texts(self, database: str) -> DatabaseTexts:
        """Return what the release says of a database; a text that is missing shows when it is read."""
        return DatabaseTexts(self.folder / database, database)

    def sqlite_file(self, database: str) -> Path:
        """Return the SQLite file of a database (mini), wherever in the release it lies.

        Raises:
            DataError: there is none.
        """
        names = (f"{database}.sqlite", f"{database}_template.sqlite", f"{database}.db")
        for parent in (self.folder / database, self.folder / "database" / database, self.folder):
            for name in names:
                if (parent / name).is_file():
                    return parent / name
        raise DataError(f"{str(self.folder)!r} has no SQLite file of {database!r} ({' or '.join(names)})")


def load_release(folder: str | Path, ground_truth: str | Path | None = None) -> Release:
    """Read the tasks of a release.

    Args:
        folder: it holds `bird_interact_data.jsonl` or `mini_interact.jsonl`, and a folder for each database.
        ground_truth: the file that the authors mail, joined by `instance_id`.

    Raises:
        DataError: a file is missing, a line is no task, a task comes twice, or the mailed file is of another release.
    """
    root = Path(folder)
    path = next((file for name in FILES if (file := root / name).is_file()), None)
    if path is None:
        raise DataError(f"{str(root)!r} has no {' or '.join(FILES)}")
    gold = _ground_truth(Path(ground_truth)) if ground_truth is not None else {}
    tasks: dict[str, Task] = {}
    for number, row in _rows(path, "task"):
        task = _task(path, number, _merged(row, gold.get(str(row.get("instance_id")), {})))
        if task.instance_id in tasks:
            raise DataError(f"{path} line {number}: the task {task.instance_id!r} comes twice")
        tasks[task.instance_id] = task
    if gold and not gold.keys() & tasks.keys():
        raise DataError(f"{ground_truth} holds no gold of the tasks of {path}: is it of another release?")
    kind = FILES[path.name] or ("full" if len(tasks) > LITE_TASKS else "lite")
    return Release(
        root, kind, tuple(tasks.values()), tuple(key for key, task in tasks.items() if not task.is_judgeable)
    )


def _ground_truth(path: Path) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for number, row in _rows(path, "gold"):
        key = row.get("instance_id")
        if not isinstance(key, str):
            raise DataError(f"{path} line {number}: instance_id: a text is needed")
        if key in found:
            raise DataError(f"{path} line {number}: the gold of {key!r} comes twice")
        found[key] = row
    return found


def _merged(row: dict[str, Any], gold: dict[str, Any]) -> dict[str, Any]:
    """Put the mailed fields of a task, and those of its follow-up, into its public record."""
    merged = {**row, **{key: gold[key] for key in _GOLD if key in gold}}
    mailed = gold.get("follow_up")
    if isinstance(mailed, dict) and isinstance(row.get("follow_up"), dict):
        merged["follow_up"] = {**row["follow_up"], **{key: mailed[key] for key in _GOLD if key in mailed}}
    return merged


def _task(path: Path, number: int, row: dict[str, Any]) -> Task:
    try:
        return Task.model_validate({**row, "record": row})
    except ValidationError as error:
        raise DataError(f"{path} line {number}: {first_problem(error)}") from error


def _rows(path: Path, what: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the objects of a file of JSON lines with their line numbers."""
    found = False
    for number, line in enumerate(_text(path).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (json.JSONDecodeError, RecursionError) as error:
            raise DataError(f"{path} line {number}: no JSON ({error})") from error
        if not isinstance(row, dict):
            raise DataError(f"{path} line {number}: a {what} is an object")
        found = True
        yield number, cast(dict[str, Any], row)
    if not found:
        raise DataError(f"{path} holds no {what}")


def _text(path: Path) -> str:
    try:
        return text_at_most(path, MOST_BYTES)
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise DataError(f"{path} is no UTF-8 text: {error.reason}") from error
