"""mix_source: the turns that one entry of a mix names, read or made over the databases of another set."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from eval.conversations.make import Half
from eval.datasets import Dataset, GoldDialogue, GoldTurn, parse_range
from eval.progress import Progress
from training.data.catalogue import TRAINABLE, split_of
from training.data.generated.conversations import conversations_about
from training.data.generated.schema_rich import generate
from training.data.mix.config import MixSource
from training.data.sources import load_source
from training.data.turns import TurnSource
from training.dev_databases import LeakError, refuse_dev_databases
from training.settings import TrainingError

MADE_HERE = ("schema_rich", "conversations")
"""Sets whose questions are made over the databases of another."""


def mix_source(entry: MixSource, data: Path, work: Path, seed: int) -> TurnSource:
    """Read a source, refusing one that is not for training.

    Args:
        work: where databases are put that a set brings in another form.

    Raises:
        LeakError: models are measured on it.
    """
    role = split_of(entry.set, entry.split).role
    if role not in TRAINABLE:
        raise LeakError(f"{entry.name} is {role.replace('_', ' ')}: models are measured on it, so it cannot train one")
    if entry.set in MADE_HERE:
        dataset = _generated(entry, data, work, seed)
    else:
        dataset = load_source(entry.set, entry.split, data, work=work, most=entry.most, seed=seed)
        if entry.dialogues:  # else all: of a sample, or of numbered rows, the places in the file leave gaps
            dataset = dataset.select(*parse_range(entry.dialogues))
        dataset = dataset.about(entry.databases) if entry.databases else dataset
    refuse_dev_databases(dataset)
    return TurnSource(entry.name, dataset, entry.weight)


def _generated(entry: MixSource, data: Path, work: Path, seed: int) -> Dataset:
    """Make questions or conversations over the databases of another source."""
    if entry.over is None:
        raise TrainingError(f'{entry.set} needs the databases it is made over: over = ["spider", "train_spider"]')
    name, split = entry.over
    if split_of(name, split).role not in TRAINABLE:
        raise LeakError(f"{entry.set} over {name}/{split}: models are measured on its databases")
    base = load_source(name, split, data, work=work, most=entry.most, seed=seed)
    base = base.about(entry.databases) if entry.databases else base
    refuse_dev_databases(base)
    if entry.set == "conversations":
        half = cast(Half, entry.split)
        dialogues = conversations_about(base, half, turns=entry.per_database, seed=seed)
    else:
        dialogues = _schema_rich(base, entry.per_database, seed)
    return Dataset(entry.set, entry.split, base.folder, dialogues, base.databases, base.tables)


def _schema_rich(base: Dataset, count: int, seed: int) -> tuple[GoldDialogue, ...]:
    ids = sorted({dialogue.database_id for dialogue in base.dialogues})
    dialogues: list[GoldDialogue] = []
    with Progress("schema-rich questions", total=len(ids)) as progress:
        for database_id in ids:
            database = base.open_database(database_id)
            for pair in generate(database.schema, database, seed=seed, count=count):
                turn = GoldTurn(utterance=pair.question, query=pair.sql)
                dialogues.append(GoldDialogue(index=len(dialogues), database_id=database_id, turns=(turn,)))
            progress.advance()
    return tuple(dialogues)
