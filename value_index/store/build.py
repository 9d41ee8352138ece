"""Values read from a database, in memory or into a folder; what was interrupted goes on where it stopped."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from value_index.database import Database
from value_index.files.atomic_file import write_atomically
from value_index.models import FrozenModel
from value_index.schema import ColumnRef
from value_index.store.column_values import Budget, ColumnReading, read_texts
from value_index.store.trigram_shard import Shard
from value_index.store.values import ColumnSummary, Values

SHARD_TEXTS = 1 << 19
"""Texts held in memory before they become a shard."""
Progress = Callable[[ColumnRef, int, int], None]
"""Called with a column, its position and the number of columns, before it is read."""


class _Checkpoint(FrozenModel):
    """How far a build in a folder has come."""

    columns: tuple[ColumnSummary, ...]
    shards: int


class Builder:
    """Reads column after column; full shards go to the folder, where there is one."""

    def __init__(self, database: Database, folder: Path | None = None, progress: Progress | None = None) -> None:
        self._database = database
        self._folder = folder
        self._progress = progress
        self._columns: list[ColumnSummary] = []
        self._numbers: list[NDArray[np.float64]] = []
        self._shards: list[Shard] = []
        self._texts: dict[str, tuple[int, ...]] = {}
        self._saved_shards = 0
        self._budget = Budget()

    def build(self) -> Values:
        """Read every column and return the values."""
        self._resume()
        refs = self._database.schema.columns
        for position, ref in enumerate(refs[len(self._columns) :], start=len(self._columns)):
            if self._progress:
                self._progress(ref, position, len(refs))
            self._add(position, ref)
            if len(self._shards) > self._saved_shards:
                self._flush()
                self._checkpoint()
        self._flush()
        return Values(self._columns, self._shards, self._numbers)

    def _add(self, position: int, ref: ColumnRef) -> None:
        own = (position,)
        reading = ColumnReading()
        count = 0
        for batch in read_texts(self._database, ref, reading, self._budget):
            texts = self._texts
            for text in batch:
                known = texts.get(text)
                if known is None:
                    texts[text] = own
                elif known[-1] != position:
                    texts[text] = known + own
                else:
                    continue
                count += 1
            if len(texts) >= SHARD_TEXTS:
                self._flush()
        numbers = np.sort(np.fromiter(reading.numbers, dtype=np.float64, count=len(reading.numbers)))
        self._numbers.append(numbers)
        self._columns.append(ColumnSummary(ref=ref, texts=count, numbers=len(numbers), skipped=reading.reasons))

    def _flush(self) -> None:
        if not self._texts:
            return
        shard = Shard.build(self._texts)
        self._texts = {}
        if self._folder:
            path = shard_folder(self._folder, len(self._shards))
            shard.save(path)
            shard = Shard.load(path)
        self._shards.append(shard)

    def _checkpoint(self) -> None:
        self._saved_shards = len(self._shards)
        if self._folder:
            save_numbers(self._folder, self._numbers)
            point = _Checkpoint(columns=tuple(self._columns), shards=len(self._shards))
            write_atomically(self._folder / "checkpoint.json", point.model_dump_json())

    def _resume(self) -> None:
        if not self._folder or not (self._folder / "checkpoint.json").exists():
            return
        try:
            point = _Checkpoint.model_validate_json((self._folder / "checkpoint.json").read_text(encoding="utf-8"))
            self._shards = [Shard.load(shard_folder(self._folder, number)) for number in range(point.shards)]
            self._numbers = list(load_numbers(self._folder, point.columns))
        except (OSError, ValueError, ValidationError):
            shutil.rmtree(self._folder)
            self._folder.mkdir(parents=True)
            self._shards, self._numbers = [], []
            return
        self._columns = list(point.columns)
        self._saved_shards = point.shards


def shard_folder(folder: Path, number: int) -> Path:
    """Return where a shard's arrays are."""
    return folder / f"shard-{number:04d}"


def save_numbers(folder: Path, numbers: Sequence[NDArray[np.float64]]) -> None:
    """Write the numbers of all columns as one array."""
    np.save(folder / "numbers.npy", np.concatenate([np.empty(0), *numbers]), allow_pickle=False)


def load_numbers(folder: Path, columns: Sequence[ColumnSummary]) -> Iterator[NDArray[np.float64]]:
    """Yield the numbers of each column, by mmap."""
    numbers = np.load(folder / "numbers.npy", mmap_mode="r", allow_pickle=False)
    first = 0
    for column in columns:
        yield numbers[first : first + column.numbers]
        first += column.numbers
