"""Dataset: dialogues with their gold SQL, and the databases that they talk about."""

from __future__ import annotations

import hashlib
import json
import re
from array import array
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from threading import Lock
from typing import Any

from pydantic import AliasChoices, Field, TypeAdapter, ValidationError

from eval.datasets.json_file import DataError
from eval.datasets.packed import ByNumber, packed
from eval.datasets.text_links import followed
from value_index.connect import connect
from value_index.database import Database
from value_index.engines.sqlite.database import SQLiteDatabase
from value_index.models import ForeignModel, FrozenModel
from value_index.text.natural_names import NaturalNames, load_natural_names

ADDRESSES = ".addresses.json"
"""The ending of a file that stands for a database that is no SQLite file."""
_PLAIN_ID = re.compile(r"[^/\\:\x00-\x1f]{1,120}")


class Row(ForeignModel):
    """A part of an official file; fields that we do not read are ignored."""


class GoldTurn(Row):
    """One turn with the SQL that answers it."""

    utterance: str = Field(validation_alias=AliasChoices("utterance", "question"))
    """What was asked; a folded clarification keeps its form `user | system | user`."""
    query: str
    """The gold SQL with the official spacing."""
    evidence: str = Field(default="", exclude_if=lambda text: not text)
    """What the data set itself tells a reader of the question; only BIRD does."""

    @property
    def told(self) -> str:
        """The question with its evidence, as BIRD's own baselines hand it on."""
        return f"{self.utterance} ({self.evidence})" if self.evidence else self.utterance


class GoldDialogue(FrozenModel):
    """A conversation with its gold SQL; lives in `eval` and `training` only."""

    index: int
    """Position in the official file, from 0."""
    database_id: str
    turns: tuple[GoldTurn, ...]


@dataclass(frozen=True)
class Dataset:
    """Dialogues of one split, and the databases that they talk about."""

    name: str
    split: str
    folder: Path
    dialogues: Sequence[GoldDialogue]
    """Very many are kept compressed."""
    databases: Path | None = None
    """The folder of `ID/ID.sqlite`; None is `database` in the data folder."""
    tables: Path | None = None
    """The natural names; `tables.json` in the folder where None."""
    dialect: str = ""
    """How the gold SQL is spelt; "" if as its database reads it."""
    edition: str = ""
    """Which of several publications this is, in words; "" if there is one."""
    _open: dict[str, Database] = field(default_factory=dict[str, Database], repr=False, compare=False)
    _lock: Lock = field(default_factory=Lock, repr=False, compare=False)

    @cached_property
    def rows_sha256(self) -> str:
        """The hash of these dialogues: index, database, utterances and gold, in order."""
        found = hashlib.sha256()  # of one JSON list, which is never in memory as a whole
        for number, dialogue in enumerate(self.dialogues):
            row = json.dumps(dialogue.model_dump(mode="json"), ensure_ascii=False)
            found.update(f"{', ' if number else '['}{row}".encode())
        found.update(b"]" if self.dialogues else b"[]")
        return found.hexdigest()

    @cached_property
    def _names(self) -> dict[str, NaturalNames]:
        tables = self.tables or followed(self.folder / "tables.json")
        return load_natural_names(tables, needed=self.database_ids) if tables.exists() else {}

    @cached_property
    def turns(self) -> int:
        """How many turns the dialogues have together."""
        return sum(len(dialogue.turns) for dialogue in self.dialogues)

    @cached_property
    def by_index(self) -> Mapping[int, GoldDialogue]:
        """The dialogues by their position in the file."""
        numbers = array("q", (dialogue.index for dialogue in self.dialogues))
        if isinstance(self.dialogues, tuple) or any(later <= number for number, later in pairwise(numbers)):
            return dict(zip(numbers, self.dialogues, strict=True))
        return ByNumber(self.dialogues, numbers)

    def select(self, start: int, stop: int, databases: Collection[str] = ()) -> Dataset:
        """Return the dialogues start..stop-1 of the file, or those among them about some databases.

        Raises:
            DataError: The file has no dialogue in that range.
        """
        found = self._where(lambda dialogue: start <= dialogue.index < stop)
        if not found.dialogues:
            raise DataError(f"no dialogue in {start}:{stop}: {self.name} {self.split} has {len(self.dialogues)}")
        return found.about(databases) if databases else found

    def shard(self, shard: str) -> Dataset:
        """Return every Nth dialogue, from the Ith on, of `I/N`.

        Raises:
            DataError: It is no such text, or there is no dialogue left for it.
        """
        found = re.fullmatch(r"(\d+)/(\d+)", shard)
        if not found or not 1 <= int(found[1]) <= int(found[2]):
            raise DataError(f"shard {shard!r}: write I/N, such as 1/8 for the first of eight")
        chosen = self.dialogues[int(found[1]) - 1 :: int(found[2])]
        if not chosen:
            raise DataError(f"no dialogue for shard {shard}: {len(self.dialogues)} are selected")
        return replace(self, dialogues=chosen)

    def about(self, databases: Collection[str]) -> Dataset:
        """Return the dialogues about some databases.

        Raises:
            DataError: None is.
        """
        found = self._where(lambda dialogue: dialogue.database_id in databases)
        if not found.dialogues:
            raise DataError(f"no dialogue of {self.name} {self.split} is about {', '.join(sorted(databases))}")
        return found

    def without(self, databases: Collection[str]) -> Dataset:
        """Return the dialogues about other databases; there may be none."""
        return self._where(lambda dialogue: dialogue.database_id not in databases)

    def _where(self, holds: Callable[[GoldDialogue], bool]) -> Dataset:
        return replace(self, dialogues=packed(GoldDialogue, filter(holds, self.dialogues)))

    def database_path(self, database_id: str) -> Path:
        """Return the SQLite file of a database, whether it exists or not.

        Raises:
            DataError: The id is no plain name: it would lead out of the folder.
        """
        return file_of(self.databases or followed(self.folder / "database"), database_id)

    @cached_property
    def database_ids(self) -> frozenset[str]:
        """The databases that the dialogues talk about."""
        return frozenset(dialogue.database_id for dialogue in self.dialogues)

    @property
    def database_paths(self) -> tuple[Path, ...]:
        """The files of the databases that the dialogues talk about."""
        return tuple(path for name in sorted(self.database_ids) for path in self._files(name))

    def _files(self, database_id: str) -> tuple[Path, ...]:
        path = self.database_path(database_id)
        return (path,) if addresses_of(path) is None else self.open_database(database_id).files

    def open_databases(self) -> None:
        """Open every database of the dialogues, so that a bad one is known before anything is run.

        Raises:
            DataError: One is absent; the line names it, the dialogue and the folder.
            DatabaseError: One is corrupt or locked.
        """
        seen = set[str]()
        for dialogue in self.dialogues:
            if dialogue.database_id in seen:
                continue
            seen.add(dialogue.database_id)
            path = self.database_path(dialogue.database_id)
            if not path.is_file() and addresses_of(path) is None:
                raise DataError(
                    f"dialogue {dialogue.index} asks database {dialogue.database_id!r}, but {path} is absent: "
                    "unpack the archive with its databases (those of the demo are built by `turnsql demo`)"
                )
            self.open_database(dialogue.database_id)

    def open_database(self, database_id: str) -> Database:
        """Open a database read-only, once a process; its schema has the natural names of `tables.json`."""
        with self._lock:
            if database_id not in self._open:
                path = self.database_path(database_id)
                named = addresses_of(path)
                opened = (
                    SQLiteDatabase.open(path, database_id=database_id, names=self._names.get(database_id))
                    if named is None
                    else connect(named)
                )
                if self.dialect and opened.schema.dialect != self.dialect:
                    opened.close()
                    raise DataError(
                        f"the gold SQL of {self.split} is {self.dialect}'s, but {database_id!r} is a database of "
                        f"{opened.schema.dialect}: name its address in {path.with_suffix(ADDRESSES)}"
                    )
                self._open[database_id] = opened
            return self._open[database_id]

    def __getstate__(self) -> dict[str, Any]:
        """Return what another process is handed, which opens the databases itself."""
        return {each.name: getattr(self, each.name) for each in fields(self) if not each.name.startswith("_")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take the dialogues over with no database open."""
        vars(self).update(state, _open={}, _lock=Lock())

    def close(self) -> None:
        """Close every database that was opened."""
        with self._lock:
            while self._open:
                self._open.popitem()[1].close()


def addresses_of(path: Path) -> list[str] | None:
    """Return what `--db` named where a database is no SQLite file: a list beside the place of one; else None.

    Raises:
        DataError: The list cannot be read.
    """
    listed = path.with_suffix(ADDRESSES)
    if not listed.is_file():
        return None
    try:
        return TypeAdapter(list[str]).validate_json(listed.read_bytes())
    except (OSError, ValidationError) as error:
        raise DataError(f"{listed} is no list of addresses: {' '.join(str(error).split())}") from error


def file_of(databases: Path, database_id: str) -> Path:
    """Return the SQLite file of a database in a folder of databases, whether it exists or not.

    Raises:
        DataError: The id is no plain name: it would lead out of the folder.
    """
    if database_id in ("", ".", "..") or not _PLAIN_ID.fullmatch(database_id):
        raise DataError(f"{database_id[:80]!r} is no name of a database: it must be a name without separators")
    return databases / database_id / f"{database_id}.sqlite"
