"""TaskStore: the folder of a run over BIRD-Interact while it is written: a task is there whole, or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Self

from eval.interact.runs.record import FILE, TaskRecord, read_tasks
from eval.records import Manifest, TurnRecord
from eval.runs.store import RunStore
from value_index.files.atomic_file import write_atomically


class TaskStore:
    """A run folder whose turns belong to tasks."""

    def __init__(self, store: RunStore, done: Sequence[TaskRecord]) -> None:
        self._store = store
        self._path = store.folder / FILE
        self.done = {record.task for record in done}
        """Tasks that an earlier process finished."""
        write_atomically(self._path, "".join(map(_line, done)))

    @classmethod
    def open(cls, folder: Path, manifest: Manifest, databases: Iterable[Path], *, resume: bool) -> Self:
        """Start or continue a run; tasks that were not played, and what a kill tore, are taken up again.

        Raises:
            RunError: as of RunStore.
        """
        begin = RunStore.resume if resume else RunStore.create
        store = begin(folder, manifest, databases)
        played = read_tasks(folder) if (folder / FILE).exists() else []
        whole = [each for each in played if each.error is None and all(key in store.done for key in each.keys)]
        store.keep({key for each in whole for key in each.keys})
        return cls(store, whole)

    def append(self, record: TaskRecord, turns: Sequence[TurnRecord]) -> None:
        """Write a task: its own line first, so that one whose turns are there is there whole."""
        with self._path.open("a", encoding="utf-8") as file:
            file.write(_line(record))
        for turn in turns:
            self._store.append(turn)

    def close(self) -> None:
        """Put the lines in order and release the folder."""
        try:
            write_atomically(self._path, "".join(map(_line, read_tasks(self._store.folder))))
            self._store.sort()
        finally:
            self._store.close()


def _line(record: TaskRecord) -> str:
    return record.model_dump_json() + "\n"
