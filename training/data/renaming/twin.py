"""write_twin: the same dialogues over databases whose tables and columns have other names, in CoSQL's layout."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from eval.datasets import DataError, Dataset, GoldDialogue, followed, load, parse_range, read_json
from eval.scoring.verdicts import Executions
from eval.scoring.verdicts.value import value
from nodes.sql.errors import SQLError
from nodes.sql.other_names import OtherNames, with_other_names
from training.data.renaming.database import renamed_entry, write_renamed
from training.data.renaming.names_file import names_of, read_names_file
from training.settings import TrainingError
from value_index.database import Database
from value_index.engines.sqlite.database import SQLiteDatabase
from value_index.files.atomic_file import write_atomically
from value_index.files.folders import taken


@dataclass
class Twin:
    """What was written, and what was left out of it."""

    turns: int = 0
    databases: int = 0
    unnamed: list[str] = field(default_factory=list[str])
    """Databases that the names file does not name: they are copied as they are."""
    left_out: list[str] = field(default_factory=list[str])
    """Turns whose rewritten gold does not give the rows of the old one, each with the reason."""


def write_twin(
    data: Path,
    names: Path,
    out: Path,
    *,
    split: str = "dev",
    dialogues: str | None = None,
    databases: Collection[str] = (),
    say: Callable[[str], None] = lambda _: None,
) -> Twin:
    """Write a data folder whose databases, `tables.json` and gold SQL have the names of a file; utterances stay.

    Args:
        data: a folder in CoSQL's layout.
        names: the names file.
        out: a new folder in the same layout.
        split: the split to write.
        dialogues: `A:B`, 0-based and half-open; all unless given. The first that is written is dialogue 0 of the twin.
        databases: only the dialogues about these; about all if empty.
        say: takes a line for every turn that is left out.

    Raises:
        TurnSQLError: the folder, the names or a database is not as it must be, or `out` is not empty.
    """
    if why := taken(out):
        raise TrainingError(why)
    given = read_names_file(names)
    dataset = load("cosql", data, split)
    if dialogues is not None:
        dataset = dataset.select(*parse_range(dialogues))
    if databases:
        dataset = dataset.about(databases)
    _refuse_strangers(given, dataset, names)
    dataset.open_databases()
    twin = Twin(unnamed=sorted(dataset.database_ids - given.keys()))
    try:
        renamed = _Renamed(dataset, given, out)
        twin.databases = len(renamed.databases)
        rows = [_row(dialogue, renamed, twin, say) for dialogue in dataset.dialogues]
    finally:
        dataset.close()
    tables = followed(data / "tables.json")
    if tables.is_file():
        _write(out / "tables.json", renamed.entries(read_json(tables)))
    _write(out / "sql_state_tracking" / f"cosql_{split}.json", rows)
    return twin


def _refuse_strangers(given: Mapping[str, object], dataset: Dataset, names: Path) -> None:
    """Refuse a names file that names no database of the dialogues: a misspelt id would rename nothing."""
    if not given.keys() & dataset.database_ids:
        known = ", ".join(sorted(dataset.database_ids)[:5])
        raise DataError(f"{names} names no database of these dialogues ({known}): its tables are called by their ids")


class _Renamed:
    """The databases of a data set beside their copies with other names."""

    def __init__(self, dataset: Dataset, given: Mapping[str, Mapping[str, str]], out: Path) -> None:
        self.names: dict[str, OtherNames] = {}
        self.old: dict[str, Database] = {}
        self.databases: dict[str, SQLiteDatabase] = {}
        self.executions = Executions()
        for database_id in sorted(dataset.database_ids):
            old = dataset.open_database(database_id)
            names = names_of(given.get(database_id, {}), old.schema)
            self.old[database_id], self.names[database_id] = old, names
        for database_id, names in self.names.items():
            target = out / "database" / database_id / f"{database_id}.sqlite"
            write_renamed(dataset.database_path(database_id), target, self.old[database_id].schema, names)
            self.databases[database_id] = SQLiteDatabase.open(target)

    def sql(self, database_id: str, sql: str) -> str:
        """Rewrite a gold query.

        Raises:
            SQLError: it cannot be rewritten, or gives other rows.
        """
        old, new = self.old[database_id], self.databases[database_id]
        rewritten = with_other_names(sql, old.schema, self.names[database_id])
        before, after = self.executions.run(old, sql), self.executions.run(new, rewritten)
        for which, result in (("the gold", before), ("the rewritten gold", after)):
            if result.outcome != "rows":
                raise SQLError("syntax", f"{which} does not run: {result.message}")
        if not value(before, after, None).equal:
            raise SQLError("syntax", "the rewritten gold gives other rows")
        return rewritten

    def entries(self, tables: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return the entries of `tables.json` of these databases under their new names."""
        return [
            renamed_entry(entry, self.names[entry["db_id"]], self.databases[entry["db_id"]].schema)
            for entry in tables
            if entry["db_id"] in self.names
        ]


def _row(dialogue: GoldDialogue, renamed: _Renamed, twin: Twin, say: Callable[[str], None]) -> dict[str, Any]:
    """Return a dialogue as the file has it; later turns stay where one is left out."""

    def turns() -> Iterator[dict[str, str]]:
        for number, turn in enumerate(dialogue.turns):
            try:
                query = renamed.sql(dialogue.database_id, turn.query)
            except SQLError as error:
                twin.left_out.append(f"{dialogue.index}/{number} ({dialogue.database_id}): {error}")
                say(f"left out: {twin.left_out[-1]}")
                continue
            twin.turns += 1
            yield {"utterance": turn.utterance, "query": query}

    return {"database_id": dialogue.database_id, "interaction": list(turns())}


def _write(path: Path, content: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, json.dumps(content, ensure_ascii=False, indent=1) + "\n")
