"""Conversations made by construction over the training databases of Spider: the suite generator as a data set."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import cast

from pydantic import TypeAdapter

from eval.conversations.make import HALVES, Half, make_suite
from eval.conversations.suite_file import DialogueSpec, SuiteError
from eval.datasets import DataError, Dataset, GoldDialogue, GoldTurn, load
from eval.progress import Progress
from training.dev_databases import DEV_DATABASES
from value_index.files.atomic_file import write_atomically

SPLITS = ("train_spider", "train_others")
_DIALOGUES = TypeAdapter(tuple[GoldDialogue, ...])


def load_generated(archive: Path, half: str, *, turns: int, seed: int = 0, kept: Path | None = None) -> Dataset:
    """Make conversations about every training database of Spider; the same settings make the same ones.

    Args:
        archive: An unpacked Spider.
        half: The half of the wordings, a or b, or all.
        turns: How many about each database, at least; a question that cannot be answered ends a dialogue and is left out.
        kept: A folder; what was made before with these settings is read from it, what is made now is written there.

    Raises:
        DataError: The archive is missing, or the half is none.
    """
    if half not in HALVES:
        raise DataError(f"no half {half!r} of the wordings: a source of generated conversations has split a, b or all")
    file = kept / f"generated-{half}-{turns}-{seed}.json" if kept else None
    trained = _trained(archive)
    if file is not None and file.exists():
        return replace(trained, split=half, dialogues=_DIALOGUES.validate_json(file.read_bytes()))
    dialogues = conversations_about(trained, cast(Half, half), turns=turns, seed=seed)
    trained.close()
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(file, _DIALOGUES.dump_json(dialogues))
    return replace(trained, split=half, dialogues=dialogues)


def conversations_about(data: Dataset, half: Half, *, turns: int, seed: int = 0) -> tuple[GoldDialogue, ...]:
    """Make conversations about every database of a data set, at least so many turns about each."""
    databases = sorted({dialogue.database_id for dialogue in data.dialogues})
    made: list[tuple[str, tuple[GoldTurn, ...]]] = []
    with Progress("conversations", total=len(databases)) as progress:
        for name in databases:
            made += _about(data, name, half, turns, seed)
            progress.advance()
    return tuple(GoldDialogue(index=at, database_id=name, turns=said) for at, (name, said) in enumerate(made))


def _trained(archive: Path) -> Dataset:
    """Return the training questions of Spider, whose databases are talked about."""
    parts = [load("spider", archive, split).without(DEV_DATABASES) for split in SPLITS]
    return replace(parts[0], name="generated", dialogues=tuple(d for part in parts for d in part.dialogues))


def _about(data: Dataset, name: str, half: Half, turns: int, seed: int) -> Iterator[tuple[str, tuple[GoldTurn, ...]]]:
    try:
        suite = make_suite(data.open_database(name), seed=seed, turns=turns, templates=half)
    except SuiteError:  # nothing in it can be talked about
        return
    for dialogue in suite.dialogues:
        if answered := _answered(dialogue):
            yield name, answered


def _answered(dialogue: DialogueSpec) -> tuple[GoldTurn, ...]:
    found: list[GoldTurn] = []
    for turn in dialogue.turns:
        if turn.fails:
            break
        found.append(GoldTurn(utterance=turn.ask, query=turn.sql[0]))
    return tuple(found)
