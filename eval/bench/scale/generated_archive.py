"""generated_archive: conversations made by construction over every database of a data set, as an archive of dialogues."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from eval.conversations.make import make_suite
from eval.conversations.suite_file import SuiteError
from eval.datasets import Dataset, load
from value_index.files.atomic_file import write_atomically

ARCHIVE = Path("sql_state_tracking") / "cosql_dev.json"


def generated_archive(data: Path, folder: Path, turns: int) -> Path:
    """Write an archive of at least so many turns, an even share about each database; return its folder.

    Args:
        data: CoSQL's layout, over whose databases is talked.
    """
    source = load("cosql", data, "dev")
    try:
        rows = list(_dialogues(source, -(-turns // len(source.database_ids))))
    finally:
        source.close()
    (folder / ARCHIVE).parent.mkdir(parents=True, exist_ok=True)
    write_atomically(folder / ARCHIVE, json.dumps(rows, ensure_ascii=False) + "\n")
    link_databases(data, folder)
    return folder


def link_databases(data: Path, folder: Path) -> None:
    """Have an archive read the databases of another."""
    for name in ("database", "tables.json"):
        if (data / name).exists() and not (folder / name).exists():
            (folder / name).symlink_to((data / name).resolve())


def _dialogues(source: Dataset, turns: int) -> Iterator[dict[str, Any]]:
    for name in sorted(source.database_ids):
        try:
            made = make_suite(source.open_database(name), turns=turns).dialogues
        except SuiteError:  # nothing in it can be talked about
            continue
        for dialogue in made:
            said = [{"utterance": turn.ask, "query": turn.sql[0]} for turn in dialogue.turns if turn.sql]
            if said:
                yield {"database_id": name, "interaction": said}
