"""RunStore: the folder of a run that is being written, safe against kill -9 at any byte."""

from __future__ import annotations

import json
import os
from array import array
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import Self

import numpy as np
from filelock import FileLock, Timeout
from pydantic import BaseModel

from eval.datasets.load import SUITE_FOLDER
from eval.record_chain import Chain, chain_start, describe_edits, edited_lines
from eval.record_lines import whole_lines
from eval.records import (
    AloneRecord,
    Manifest,
    RunError,
    TurnRecord,
    each_turn,
    read_manifest,
)
from eval.runs.parquet import unpack_records
from eval.scoring.scored_input import key_of
from eval.turn_key import TurnKey
from value_index.files.atomic_file import UNFINISHED, atomic_file, write_atomically
from value_index.files.private_folder import private_folder
from value_index.render import strict_json

LOCK = ".lock"
"""Held by the process that writes the folder, and removed at its end; a lock of a killed process holds nothing."""


class RunStore:
    """A run folder that is being written; one process at a time."""

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self.folder = folder
        self.manifest = manifest
        self.done = dict[TurnKey, str]()
        """The SQL of the turns that an earlier process finished."""
        self._lock = _locked(folder)
        self._start_chains()
        self._turns = _opened(folder / "turns.jsonl")
        self._alone = _opened(folder / "alone.jsonl")

    @classmethod
    def create(cls, folder: Path, manifest: Manifest, databases: Iterable[Path] = ()) -> Self:
        """Start a run in a new or empty folder.

        Args:
            databases: the files asked; who may not read them all may not read the folder.

        Raises:
            RunError: Something is there already; nothing is touched.
        """
        if folder.is_file():
            raise RunError(f"{folder} is a file: give --out a new folder")
        if folder.is_dir() and any(not _unfinished(path) and path.name != SUITE_FOLDER for path in folder.iterdir()):
            hint = "continue it with --resume, or " if (folder / "manifest.json").exists() else ""
            raise RunError(f"{folder} is not empty: {hint}give --out a new folder")
        try:
            private_folder(folder, databases)
            manifest = manifest.model_copy(update={"chain": "sha256"})
            _write_manifest(folder, manifest)
        except OSError as error:
            raise RunError(f"cannot write {folder}: {error.strerror}") from error
        return cls(folder, manifest)

    @classmethod
    def resume(cls, folder: Path, manifest: Manifest, databases: Iterable[Path] = ()) -> Self:
        """Continue a run: a torn last line is cut off, turns that were not run are taken up again.

        Raises:
            RunError: The folder is foreign, its manifest names other inputs, or a record was edited.
        """
        if not (folder / "manifest.json").exists():
            return cls.create(folder, manifest, databases)
        unpack_records(folder)
        earlier = read_manifest(folder)
        differing = earlier.differences(manifest)
        if differing:
            name = differing[0]
            before, now = getattr(earlier, name), getattr(manifest, name)
            if isinstance(now, dict):
                others = sorted(key for key in {*before, *now} if before.get(key) != now.get(key))
                before, now = (
                    ", ".join(f"{key} {hashes.get(key, 'none')[:12]}" for key in others) for hashes in (before, now)
                )
            elif name.endswith("sha256"):
                before, now = str(before)[:12], str(now)[:12]
            raise RunError(
                f"{folder} was made from another {name} ({before!r}, now {now!r}): "
                "resume with the same inputs, or give --out a new folder"
            )
        if edited := edited_lines(folder, earlier):
            raise RunError(
                f"{folder} was edited after it was written ({describe_edits(edited)}): give --out a new folder"
            )
        resumed = () if manifest.commit in (earlier.commit, *earlier.resumed_by) else (manifest.commit,)
        updated = {"resumed_by": (*earlier.resumed_by, *resumed), "chain": "sha256"}
        store = cls(folder, earlier.model_copy(update=updated))
        store.done = {record.key: record.sql for record in each_turn(folder) if record.outcome != "not_run"}
        store._rewrite(store._lines("turns.jsonl", store._is_done), store._lines("alone.jsonl", store._is_done))
        if store.manifest != earlier:
            _write_manifest(folder, store.manifest)
        return store

    def append(self, record: TurnRecord, alone: Iterable[AloneRecord] = ()) -> None:
        """Write a finished turn: the stages alone first, so that a turn that is there is there whole."""
        text = "".join(_line(item, self._alone_chain) for item in alone)
        if text:
            _write(self._alone, text)
        _write(self._turns, _line(record, self._turn_chain))

    def keep(self, keys: Collection[TurnKey]) -> None:
        """Drop the finished turns that are not among some: those of a unit that was not finished are answered anew."""
        if self.done.keys() <= set(keys):
            return
        self.done = {key: record for key, record in self.done.items() if key in keys}
        self._rewrite(self._lines("turns.jsonl", self._is_done), self._lines("alone.jsonl", self._is_done))

    def sort(self) -> None:
        """Put the lines into the order of the dialogues, whatever the order of completion."""
        if not all(map(self._is_sorted, ("turns.jsonl", "alone.jsonl"))):
            self._rewrite(self._sorted("turns.jsonl"), self._sorted("alone.jsonl"))

    def close(self) -> None:
        """Release the folder."""
        for descriptor in (self._turns, self._alone):
            os.close(descriptor)
        with suppress(OSError):  # Windows removes no file that is open
            (self.folder / LOCK).unlink()
        self._lock.release()

    def _is_done(self, line: bytes) -> bool:
        found = json.loads(line)
        return TurnKey(found["dialogue"], found["turn"]) in self.done and found.get("outcome") != "not_run"

    def _lines(self, name: str, keeps: Callable[[bytes], bool]) -> Iterator[bytes]:
        """Yield the lines of one of the files that are to be kept."""
        return (line for line in whole_lines(self.folder / name) if line.strip() and keeps(line))

    def _sorted(self, name: str) -> Iterator[bytes]:
        """Yield the lines of one of the files by turn: their places are in memory, not they."""
        order = self._order(name)
        with (self.folder / name).open("rb") as file:
            for start in order:
                file.seek(start)
                yield file.readline()[:-1]

    def _order(self, name: str) -> Sequence[int]:
        """Return where the lines of one of the files begin, by turn; some bytes a line are in memory."""
        dialogues, turns, starts, at = array("q"), array("i"), array("q"), 0
        with (self.folder / name).open("rb") as file:
            for line in file:
                if line.endswith(b"\n"):
                    key = key_of(line)
                    dialogues.append(key.dialogue)
                    turns.append(key.turn)
                    starts.append(at)
                at += len(line)
        return array("q", np.asarray(starts)[np.lexsort((starts, turns, dialogues))].tobytes())

    def _is_sorted(self, name: str) -> bool:
        order = self._order(name)
        return all(start < later for start, later in pairwise(order))

    def _rewrite(self, turns: Iterable[bytes], alone: Iterable[bytes]) -> None:
        """Write both files anew, with new links."""
        for descriptor in (self._turns, self._alone):
            os.close(descriptor)
        self._start_chains()
        _write_lines(self.folder / "alone.jsonl", alone, self._alone_chain)
        _write_lines(self.folder / "turns.jsonl", turns, self._turn_chain)
        self._turns = _opened(self.folder / "turns.jsonl")
        self._alone = _opened(self.folder / "alone.jsonl")

    def _start_chains(self) -> None:
        start = chain_start(self.manifest)
        self._turn_chain, self._alone_chain = Chain(start), Chain(start)


def _write_manifest(folder: Path, manifest: Manifest) -> None:
    write_atomically(folder / "manifest.json", manifest.model_dump_json(indent=2) + "\n")


def _unfinished(path: Path) -> bool:
    return path.name == LOCK or path.name.endswith(UNFINISHED)


def _line(record: BaseModel, chain: Chain) -> str:
    return chain.line(strict_json(record.model_dump(mode="json"))) + "\n"


def _write_lines(path: Path, lines: Iterable[bytes], chain: Chain) -> None:
    with atomic_file(path) as file:
        file.writelines((chain.relink(line.decode()) + "\n").encode() for line in lines)


def _write(descriptor: int, text: str) -> None:
    """Write all of it: a kill between two parts leaves a torn line, which resuming cuts off."""
    data = memoryview(text.encode())
    while data:
        data = data[os.write(descriptor, data) :]


def _opened(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o644)


def _locked(folder: Path) -> FileLock:
    """Hold a folder until the process ends, however it ends."""
    lock = FileLock(folder / LOCK, timeout=0, thread_local=False)
    try:
        lock.acquire()
    except Timeout as error:
        raise RunError(f"{folder} is being written by another process: wait for it, or give --out") from error
    return lock
