"""Somebody's predictions as a run: read from a file, one record a turn, scored and compared like any other run."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import AliasChoices, Field, ValidationError

from eval.datasets import DataError, Dataset, GoldDialogue, load, parse_range
from eval.provenance import commit, versions
from eval.records import HistoryMode, Manifest, StageRecord, TurnRecord
from eval.runs.store import RunStore
from eval.turn_key import TurnKey
from nodes.llm.sql_text import sql_text
from nodes.state import STAGES, Attempt, Stage
from value_index.errors import first_problem, reason
from value_index.models import ForeignModel
from value_index.text.bounded_file import text_at_most

Missing = Literal["wrong", "left-out"]
VARIANT = "imported"
MOST_BYTES = 256 << 20
"""A larger file is no list of predictions."""
LONGEST_SQL = 1_000_000
"""Characters kept of a prediction; SQLite reads no more of one."""
_SURROGATES = re.compile("[\ud800-\udfff]")
_SELECT = re.compile(r"\bselect\b", re.I)
_NUMBER = re.compile(r"[0-9]{1,9}")
BIRD_MARK = "\t----- bird -----\t"


@dataclass(frozen=True)
class Imported:
    """How an import ended."""

    turns: int
    """Turns of the selected dialogues."""
    missing: tuple[TurnKey, ...]
    """Turns that the file says nothing of."""
    without_sql: tuple[TurnKey, ...]
    """Turns whose answer holds no SQL."""
    beyond: int
    """Predictions for turns that are not among the selected ones."""
    unread: tuple[TurnKey, ...] = ()
    """Those without SQL whose answer says SELECT all the same: what the reader of answers may have missed."""

    def describe(self) -> str:
        """Say it in one line."""
        given = self.turns - len(self.missing)
        odd = f" ({len(self.unread)} say SELECT)" if self.unread else ""
        return f"{self.turns} turns: {given} predicted, {len(self.without_sql)} of them without SQL{odd}, " + (
            f"{len(self.missing)} not in the file" + (f"; {self.beyond} for other turns" if self.beyond else "")
        )


class _Line(ForeignModel):
    """One line of a JSONL file; what else stands there is ignored."""

    dialogue: int
    turn: int = 0
    sql: str | None = Field(default=None, validation_alias=AliasChoices("sql", "query", "predicted_sql"))
    answer: str | None = None


def import_predictions(
    predictions: Path, data: Path, out: Path, *, dataset: str, split: str, dialogues: str | None = None,
    history: HistoryMode = "gold", missing: Missing = "wrong",
) -> Imported:  # fmt: skip
    """Write a run whose answers are those of a file.

    Three kinds of file are read: text with one query a line, in the order of the data set (an empty line between two
    dialogues, where their turns are several; what follows a tab is ignored); `.jsonl` with `dialogue`, `turn` and `sql`,
    or `answer`, whose SQL is taken from the prose as an endpoint's is; `.json` with a query under each question's number,
    as BIRD's.

    Args:
        history: what the predictor was given of earlier turns.
        missing: what a turn is that the file says nothing of: wrong, or left out of every figure.

    Raises:
        TurnSQLError: The file, the data or the folder cannot be used; nothing is written.
    """
    rows = load(dataset, data, split)
    start, stop = parse_range(dialogues) if dialogues else (0, len(rows.dialogues))
    rows = rows.select(start, stop)
    given, text = read_predictions(predictions, rows)
    wanted = {TurnKey(d.index, turn): d for d in rows.dialogues for turn in range(len(d.turns))}
    absent = tuple(key for key in wanted if key not in given)
    if len(absent) == len(wanted):
        raise DataError(f"{predictions} predicts no turn of {dataset} {split} {start}:{stop}: check --dialogues")
    manifest = Manifest(
        dataset=rows.name, split=rows.split, dialogues=f"{start}:{min(stop, start + len(rows.dialogues))}",
        history=history, rows_sha256=rows.rows_sha256, config_sha256="", commit=commit(), versions=versions(),
        data=str(data), turns=rows.turns, predictions=predictions.name,
        predictions_sha256=hashlib.sha256(text.encode()).hexdigest(),
        left_out=len(absent) if missing == "left-out" else 0,
    )  # fmt: skip
    store = RunStore.create(out, manifest, (path for path in rows.database_paths if path.is_file()))
    try:
        for key, dialogue in wanted.items():
            left = predictions.name if missing == "left-out" and key not in given else None
            store.append(_record(dialogue, key[1], given.get(key, ""), history, left_out_of=left))
        store.sort()
    finally:
        store.close()
    empty = tuple(key for key in wanted if key in given and not given[key])
    unread = frozenset(_said_select(predictions, text))
    return Imported(
        len(wanted), absent, empty, len(given.keys() - wanted.keys()), tuple(key for key in empty if key in unread)
    )


def _record(
    dialogue: GoldDialogue, turn: int, sql: str, history: HistoryMode, *, left_out_of: str | None
) -> TurnRecord:
    stages: dict[Stage, StageRecord] = {
        stage: StageRecord(variant=VARIANT, output=sql if stage == "sql_generation" else None) for stage in STAGES
    }
    return TurnRecord(
        dialogue=dialogue.index,
        turn=turn,
        database_id=dialogue.database_id,
        utterance=dialogue.turns[turn].utterance,
        history=history,
        sql=sql,
        outcome="not_run" if left_out_of else "answered" if sql else "no_sql",
        stages=stages,
        attempts=(Attempt(sql=sql),) if sql else (),
        error=f"{left_out_of} has no prediction for it" if left_out_of else None,
    )


def read_predictions(path: Path, rows: Dataset) -> tuple[Mapping[TurnKey, str], str]:
    """Return the SQL of each predicted turn ("" where an answer holds none), and the text of the file.

    Raises:
        DataError: The file is missing, of no known kind, or does not fit the dialogues; the line names the place.
    """
    try:
        text = text_at_most(path, MOST_BYTES)
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"cannot read {path}: {reason(error)}") from error
    readers = {".jsonl": _json_lines, ".json": _by_number}
    found: dict[TurnKey, str] = {}
    for place, key, sql in readers.get(path.suffix.lower(), _official)(path, text, rows):
        if key in found:
            raise DataError(f"{path}: {place}: turn {key[0]}/{key[1]} is predicted twice")
        found[key] = _SURROGATES.sub("\ufffd", sql[:LONGEST_SQL])
    return found, text


def _official(path: Path, text: str, rows: Dataset) -> Iterator[tuple[str, TurnKey, str]]:
    """Read one query a line; an empty line ends a dialogue of several turns."""
    blocks = [[line.split("\t")[0].strip() for line in block.splitlines()] for block in _blocks(text)]
    if all(len(dialogue.turns) == 1 for dialogue in rows.dialogues):
        blocks = [[line] for block in blocks for line in block]
    for number, (dialogue, block) in enumerate(zip(rows.dialogues, blocks, strict=False), 1):
        if len(block) > len(dialogue.turns):
            raise DataError(
                f"{path}: dialogue {number} has {len(block)} lines, but {dialogue.index} has {len(dialogue.turns)} turns: "
                "put an empty line between two dialogues, and give --dialogues where the file begins later"
            )
        yield from ((f"dialogue {number}", TurnKey(dialogue.index, turn), sql) for turn, sql in enumerate(block))


def _blocks(text: str) -> Iterator[str]:
    """Yield the lines between empty lines.

    >>> list(_blocks("SELECT 1\\nSELECT 2\\n\\nSELECT 3\\n"))
    ['SELECT 1\\nSELECT 2', 'SELECT 3']
    """
    block: list[str] = []
    for line in [*text.splitlines(), ""]:
        if line.strip():
            block.append(line)
        elif block:
            yield "\n".join(block)
            block = []


def _json_lines(path: Path, text: str, rows: Dataset) -> Iterator[tuple[str, TurnKey, str]]:
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = _Line.model_validate_json(line)
        except ValidationError as error:
            raise DataError(f"{path}:{number}: {first_problem(error)}") from None
        if row.sql is None and row.answer is None:
            raise DataError(f"{path}:{number}: neither sql nor answer")
        sql = row.sql.strip() if row.sql is not None else sql_text(row.answer or "")
        yield f"line {number}", TurnKey(row.dialogue, row.turn), sql


def _said_select(path: Path, text: str) -> Iterator[TurnKey]:
    """Yield the turns whose answer, in prose, has the word SELECT."""
    if path.suffix.lower() == ".jsonl":
        rows = (_Line.model_validate_json(line) for line in text.splitlines() if line.strip())
        yield from (
            TurnKey(row.dialogue, row.turn) for row in rows if row.sql is None and _SELECT.search(row.answer or "")
        )


def _by_number(path: Path, text: str, rows: Dataset) -> Iterator[tuple[str, TurnKey, str]]:
    """Read a JSON object of queries by the question's number, BIRD's mark and database cut off."""
    try:
        table = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DataError(f"{path} is not readable JSON: {error}") from error
    if not isinstance(table, dict) or not all(isinstance(sql, str) for sql in table.values()):
        raise DataError(f"{path} is no JSON object of queries by number")
    for number, sql in table.items():
        if not _NUMBER.fullmatch(number):
            raise DataError(f"{path}: {number!r} is no number of a question")
        yield f"question {number}", TurnKey(int(number), 0), sql.split(BIRD_MARK)[0].strip()
