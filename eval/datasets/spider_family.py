"""CoSQL, SParC and Spider as typed dialogues with their gold SQL, read from an unpacked official archive.

Only the utterance and the query of a turn are read. `final`, `goal`, parses, results and system replies never leave
the file, so nothing downstream can hand them to a node.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError

from eval.datasets.dataset import Dataset, GoldDialogue, GoldTurn, Row
from eval.datasets.json_file import DataError, each_row
from eval.datasets.packed import packed
from eval.datasets.text_links import followed

DatasetName = Literal["cosql", "sparc", "spider"]

_FILES: dict[DatasetName, str] = {
    "cosql": "sql_state_tracking/cosql_{split}.json",
    "sparc": "{split}.json",
    "spider": "{split}.json",
}


class _InteractionRow(Row):
    database_id: str
    interaction: tuple[GoldTurn, ...]


class _QuestionRow(GoldTurn):
    db_id: str


def cosql(folder: Path, split: str) -> Dataset:
    """Read CoSQL's dialogues: `sql_state_tracking/cosql_SPLIT.json`."""
    return _official("cosql", folder, split)


def sparc(folder: Path, split: str) -> Dataset:
    """Read SParC's dialogues: `SPLIT.json`."""
    return _official("sparc", folder, split)


def spider(folder: Path, split: str) -> Dataset:
    """Read Spider's questions as dialogues of one turn: `SPLIT.json`, for example `train_spider.json`."""
    return _official("spider", folder, split)


def _official(name: DatasetName, folder: Path, split: str) -> Dataset:
    """Read one split of an unpacked official archive.

    Raises:
        DataError: The folder is missing or another archive's, or its file is unreadable, empty or malformed.
    """
    if not folder.is_dir():
        raise DataError(f"no data folder {str(folder)!r}: give --data the folder of the unpacked {name} archive")
    path = followed(folder / _FILES[name].format(split=split))
    if not path.is_file():
        raise DataError(f"{str(folder)!r} has no {path.name} of {name}: {_what_is_there(name, folder)}")
    return Dataset(name, split, folder, _dialogues(name, path))


def _what_is_there(name: DatasetName, root: Path) -> str:
    pattern = _FILES[name].format(split="*")
    found = sorted(path.name for path in root.glob(pattern) if path.name != "tables.json")
    return f"it has {', '.join(found)}" if found else f"this is not the {name} archive (no {pattern})"


def _dialogues(name: DatasetName, path: Path) -> Sequence[GoldDialogue]:
    found = packed(GoldDialogue, _each_dialogue(name, path))
    if not found:
        raise DataError(f"{path} holds no dialogues: it must be a list with at least one")
    return found


def _each_dialogue(name: DatasetName, path: Path) -> Iterator[GoldDialogue]:
    read = _question if name == "spider" else _interaction
    for index, row in enumerate(each_row(path)):
        try:
            yield read(index, row)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            raise DataError(f"{path} is not a {name} file: row {index}, {where or 'itself'}: {first['msg']}") from error


def _interaction(index: int, row: Any) -> GoldDialogue:
    dialogue = _InteractionRow.model_validate(row)
    return GoldDialogue(index=index, database_id=dialogue.database_id, turns=dialogue.interaction)


def _question(index: int, row: Any) -> GoldDialogue:
    question = _QuestionRow.model_validate(row)
    turn = GoldTurn(utterance=question.utterance, query=question.query)
    return GoldDialogue(index=index, database_id=question.db_id, turns=(turn,))
