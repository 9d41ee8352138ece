"""BIRD's questions with their gold SQL, and the schemas of its databases, most of which need not be there.

Read where the official archives put them (`train/`, `dev_20240627/`, `minidev/MINIDEV/`), or side by side in one folder.
The mini-dev's golds come in three dialects: split `mini_dev` is SQLite's, `mini_dev_postgresql` and `mini_dev_mysql` the others.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from eval.datasets.dataset import Dataset, GoldDialogue, GoldTurn, file_of
from eval.datasets.json_file import DataError, read_json
from eval.datasets.text_links import followed
from value_index.engines.sqlite.reflection import column_kind
from value_index.models import ForeignModel
from value_index.schema import Column, ColumnRef, Dialect, ForeignKey, Schema, Table
from value_index.text.natural_names import split_identifier

_DIALECTS: dict[str, Dialect] = {"_postgresql": "postgres", "_mysql": "mysql"}
"""Endings of a split whose gold SQL is not SQLite's."""
_DATED = re.compile(r"dev_(\d{4})(\d{2})(\d{2})")
_ARCHIVES = ("train", "dev", "dev_2*", "MINIDEV", "minidev/MINIDEV")


class BirdQuestion(ForeignModel):
    """One question; fields that we do not read are ignored."""

    db_id: str
    question: str = ""
    evidence: str = ""
    """What a reader of the question has to know; "" if nothing."""
    query: str = Field(validation_alias="SQL")

    @property
    def turn(self) -> GoldTurn:
        """The question with what a reader of it has to know."""
        return GoldTurn(utterance=self.question, evidence=self.evidence.strip(), query=self.query)


class _BirdTables(ForeignModel):
    """One entry of `dev_tables.json`, laid out as Spider's `tables.json`."""

    db_id: str
    table_names_original: tuple[str, ...]
    column_names_original: tuple[tuple[int, str], ...]
    column_types: tuple[str, ...]
    primary_keys: tuple[int | tuple[int, ...], ...] = ()
    foreign_keys: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class Bird:
    """One split of BIRD."""

    folder: Path
    """The folder of the split's file."""
    split: str
    questions: tuple[BirdQuestion, ...]
    schemas: dict[str, Schema]
    """The schemas by database id."""
    tables: Path

    @property
    def databases(self) -> Path:
        """The folder of the databases, whether it exists or not."""
        names = ("database", "train_databases", "dev_databases")
        return next(
            (found for name in names if (found := followed(self.folder / name)).is_dir()), self.folder / names[0]
        )

    def database_path(self, database_id: str) -> Path:
        """Return the SQLite file of a database, whether it exists or not; see `file_of`."""
        return file_of(self.databases, database_id)

    @property
    def dialect(self) -> Dialect:
        """How the gold SQL is spelt, as sqlglot calls it."""
        return dialect_of(self.split)

    @cached_property
    def edition(self) -> str:
        """Which publication this is: the date that its folder names, and a key of its content that tells two apart."""
        dated = _DATED.fullmatch(self.folder.name)
        named = f"of {'-'.join(dated.groups())}" if dated else "of no date that its folder names"
        content = "".join(f"{row.db_id}\0{row.question}\0{row.evidence}\0{row.query}\n" for row in self.questions)
        return f"{len(self.questions)} questions, {named}, content {hashlib.sha256(content.encode()).hexdigest()[:12]}"

    def dataset(self, *, told: bool = False) -> Dataset:
        """Return the questions as dialogues of one turn.

        Args:
            told: whether the evidence stands in the question.
        """
        turns = [GoldTurn(utterance=row.turn.told, query=row.query) if told else row.turn for row in self.questions]
        dialogues = tuple(
            GoldDialogue(index=index, database_id=row.db_id, turns=(turn,))
            for index, (row, turn) in enumerate(zip(self.questions, turns, strict=True))
        )
        return Dataset(
            "bird", self.split, self.folder, dialogues, databases=self.databases, tables=self.tables,
            dialect=self.dialect, edition=self.edition,
        )  # fmt: skip


def dialect_of(split: str) -> Dialect:
    """Return how the gold SQL of a split is spelt, as sqlglot calls it."""
    return _DIALECTS.get(split[split.rfind("_") :], "sqlite")


def bird(folder: Path, split: str) -> Dataset:
    """Read BIRD's questions as dialogues of one turn: `SPLIT.json`, for example `mini_dev_sqlite.json` as `mini_dev`."""
    return load_bird(folder, split).dataset()


def load_bird(folder: str | Path, split: str) -> Bird:
    """Read `{split}.json` (or `{split}_sqlite.json`) and the schemas of `train_tables.json` or `dev_tables.json`.

    Raises:
        DataError: a file is missing or not BIRD's.
    """
    root = Path(folder)
    places = [root, *(path for pattern in _ARCHIVES for path in sorted(root.glob(pattern)))]
    files = [place / name for place in places for name in (f"{split}.json", f"{split}_sqlite.json")]
    path = next((file for file in files if file.is_file()), None)
    if path is None:
        found = ", ".join(sorted(p.name for place in places for p in place.glob("*.json"))) or "nothing of BIRD"
        raise DataError(f"{str(root)!r} has no {split}.json of bird: it has {found}")
    tables = path.parent / ("train_tables.json" if split == "train" else "dev_tables.json")
    try:
        questions = tuple(_question(path, index, row) for index, row in enumerate(_rows(path)))
        entries = [_BirdTables.model_validate(row) for row in _rows(tables)]
        return Bird(
            path.parent, split, questions, {entry.db_id: _schema(entry, dialect_of(split)) for entry in entries}, tables
        )
    except (ValidationError, IndexError) as error:
        raise DataError(f"{tables} is not BIRD's: {str(error).splitlines()[0]}") from error


def _question(path: Path, index: int, row: Any) -> BirdQuestion:
    try:
        return BirdQuestion.model_validate(row)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise DataError(f"{path} is not BIRD's: row {index}, {where or 'itself'}: {first['msg']}") from error


def _rows(path: Path) -> list[Any]:
    rows = read_json(path)
    if not isinstance(rows, list) or not rows:
        raise DataError(f"{path} holds no rows: it must be a list with at least one")
    return rows


def _schema(entry: _BirdTables, dialect: Dialect) -> Schema:
    keys = [key for item in entry.primary_keys for key in (item if isinstance(item, tuple) else (item,))]
    tables = [
        Table(
            name=name,
            natural_name=split_identifier(name),
            columns=tuple(_column(entry, place) for place, (owner, _) in _columns(entry) if owner == index),
            primary_key=tuple(
                entry.column_names_original[key][1] for key in keys if entry.column_names_original[key][0] == index
            ),
        )
        for index, name in enumerate(entry.table_names_original)
    ]
    links = tuple(ForeignKey(source=_ref(entry, one), target=_ref(entry, other)) for one, other in entry.foreign_keys)
    return Schema(database_id=entry.db_id, tables=tuple(tables), foreign_keys=links, dialect=dialect)


def _columns(entry: _BirdTables) -> list[tuple[int, tuple[int, str]]]:
    return list(enumerate(entry.column_names_original))


def _column(entry: _BirdTables, place: int) -> Column:
    name, declared = entry.column_names_original[place][1], entry.column_types[place]
    natural = split_identifier(name)
    return Column(name=name, natural_name=natural, declared_type=declared, kind=column_kind(declared))


def _ref(entry: _BirdTables, place: int) -> ColumnRef:
    table, column = entry.column_names_original[place]
    return ColumnRef(table=entry.table_names_original[table], column=column)
