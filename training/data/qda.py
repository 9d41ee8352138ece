"""QDA-SQL: conversations that a model wrote over the training databases (github.com/mcxiaoxiao/QDA-SQL, MIT), noisy.

Turns that were answered with SQL are kept; an answer in the place of a question, an utterance that returns in its dialogue,
dialogues that only repeat what others asked, and what follows SQL that fails or finds nothing are left out.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from eval.datasets import DataError, Dataset, GoldDialogue, GoldTurn, followed, read_json
from nodes.sql.parsing.parse import repair
from value_index.models import ForeignModel

PAGE = "https://github.com/mcxiaoxiao/QDA-SQL"
MOST_TURNS = 8
ANSWERS = ("these are", "this is", "these ", "do you mean", "the query", "this query", "(", "i apologize", "i'm sorry")
"""How an answer begins that stands where a question should."""
SECONDS = 2.0


class _Said(ForeignModel):
    speaker: Literal["user", "system"]
    text: str
    query: str = ""


class _Row(ForeignModel):
    database_id: str
    turns: tuple[_Said, ...]


def load_qda(file: Path, archive: Path) -> Dataset:
    """Read QDA-SQL as dialogues.

    Args:
        file: `qdasql_train.json`.
        archive: an unpacked CoSQL or Spider, for `tables.json` and the databases.

    Raises:
        DataError: The file is missing or malformed; the line names the row.
    """
    if not file.is_file():
        raise DataError(f"{file} is absent: get QDA-SQL's training file from {PAGE}")
    rows = read_json(file)
    if not isinstance(rows, list):
        raise DataError(f"{file} is no list of dialogues")
    dialogues: list[GoldDialogue] = []
    for index, row in enumerate(rows):  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
        try:
            read = _Row.model_validate(row)
        except ValidationError as error:
            raise DataError(f"{file}: dialogue {index}: {error.errors()[0]['msg']}") from error
        if turns := _answered(read.turns):
            dialogues.append(GoldDialogue(index=index, database_id=read.database_id, turns=turns))
    data = Dataset(
        "qda", "train", file.parent, tuple(dialogues), followed(archive / "database"), followed(archive / "tables.json")
    )
    return _running(data)


def _answered(said: tuple[_Said, ...]) -> tuple[GoldTurn, ...]:
    turns: list[GoldTurn] = []
    for asked, answer in pairwise(said):
        if asked.speaker != "user" or asked.text.lower().startswith(ANSWERS):
            continue
        if answer.query.strip() and all(asked.text != turn.utterance for turn in turns):
            turns.append(GoldTurn(utterance=asked.text, query=answer.query.strip().rstrip("; ")))
    return tuple(turns[:MOST_TURNS])


def _running(data: Dataset) -> Dataset:
    """Keep dialogues up to their first turn that fails, finds nothing, or only repeats what others asked."""
    seen: set[tuple[str, str, str]] = set()
    full: dict[tuple[str, str], bool] = {}
    kept: list[GoldDialogue] = []
    for dialogue in data.dialogues:
        turns: list[GoldTurn] = []
        new = 0
        for turn in dialogue.turns:
            key = (dialogue.database_id, turn.query)
            if key not in full:
                full[key] = _finds(data, *key)
            if not full[key]:
                break
            turns.append(turn)
            asked = (dialogue.database_id, turn.utterance.lower(), turn.query.lower())
            if asked not in seen:
                seen.add(asked)
                new = len(turns)
        if new:
            kept.append(dialogue.model_copy(update={"turns": tuple(turns[:new])}))
    return Dataset(data.name, data.split, data.folder, tuple(kept), data.databases, data.tables)


def _finds(data: Dataset, database_id: str, sql: str) -> bool:
    result = data.open_database(database_id).execute(repair(sql), deadline=SECONDS)
    return result.ok and bool(result.rows)
