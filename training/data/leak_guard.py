"""The leak guard of a mix: what models are measured on stays out, by database, schema, question and SQL."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from eval.checks.leak_rows import LeakRow, LeakRows, read_leak_rows
from eval.checks.leaks import (
    ALIKE,
    Leak,
    find_leaks,
    schema_similarity,
)
from eval.checks.near_duplicates import words
from eval.datasets import followed
from training.data.turns import MixTurn
from training.dev_databases import LeakError
from value_index.models import FrozenModel

FEWEST_WORDS = 4
"""A shorter query may stand in a question by chance."""
AGAINST = (
    "cosql_dataset/sql_state_tracking/cosql_dev.json",
    "sparc/dev.json",
    "spider_data/dev.json",
)
"""What every mix is audited against, where it is there."""


class LeakAudit(FrozenModel):
    """What the audit of a mix found."""

    against: tuple[str, ...]
    """Evaluation files."""
    questions: int
    """The questions in these files."""
    left_out: tuple[Leak, ...]
    """Near questions and equal SQL: the turns at fault are not in the mix."""


def evaluation_files(data: Path) -> tuple[Path, ...]:
    """Return the files that a mix must be audited against.

    Raises:
        LeakError: None of them is there, so nothing could be promised.
    """
    found = tuple(path for name in AGAINST if (path := followed(data / name)).is_file())
    if not found:
        raise LeakError(f"{data} holds none of {', '.join(AGAINST)}: without one the mix cannot be audited for leaks")
    return found


def audit_turns(turns: Sequence[MixTurn], files: Sequence[Path]) -> tuple[list[MixTurn], LeakAudit]:
    """Return the turns that nothing is measured on, and what was found.

    Raises:
        LeakError: A turn is about a database that models are measured on, whatever its name.
    """
    evaluation = read_leak_rows(tuple(files), None)
    found: dict[tuple[str, str], Leak] = {}
    for train in _by_databases(turns):
        for leak in find_leaks(train, evaluation):
            if leak.kind in ("database", "schema"):
                raise LeakError(
                    f"the mix is about {leak.train!r}, {leak.detail} as {leak.evaluation!r}: models are measured on it, "
                    "so it cannot train one"
                )
            found.setdefault((leak.kind, leak.train), leak)
    bad = {place for _, place in found}
    audit = LeakAudit(
        against=tuple(f"{file.parent.name}/{file.name}" for file in files),
        questions=len(evaluation.rows),
        left_out=tuple(found.values()),
    )
    return [turn for turn in turns if turn.key not in bad], audit


def split_by_database(
    turns: Iterable[MixTurn], validation: Iterable[str], left_out: Counter[str]
) -> tuple[list[MixTurn], list[MixTurn]]:
    """Part the turns into those to train on and those of the validation databases; twins of these are left out.

    A training database whose schema is that of a validation database under another name would make the split a
    promise that is not kept.
    """
    apart = {name.lower() for name in validation}
    train: list[MixTurn] = []
    kept_apart: list[MixTurn] = []
    for turn in turns:
        (kept_apart if turn.database_id.lower() in apart else train).append(turn)
    schemas = {turn.database_id: turn.source.dataset.open_database(turn.database_id).schema for turn in kept_apart}
    twins: dict[str, bool] = {}
    parted: list[MixTurn] = []
    for turn in train:
        if turn.database_id not in twins:
            own = turn.source.dataset.open_database(turn.database_id).schema
            twins[turn.database_id] = any(schema_similarity(own, other) >= ALIKE for other in schemas.values())
        if twins[turn.database_id]:
            left_out["the schema of a validation database"] += 1
        else:
            parted.append(turn)
    return parted, kept_apart


def refuse_answers(turn: MixTurn) -> None:
    """Refuse a question that holds the SQL to be written. Prompts themselves come from nodes, which know no gold.

    Raises:
        LeakError: It does.
    """
    answer, asked = " ".join(words(turn.sql)), " ".join(words(turn.utterance))
    if len(words(turn.sql)) >= FEWEST_WORDS and answer in asked:
        raise LeakError(f"{turn.key}: the question holds the SQL that is to be written")


def _by_databases(turns: Sequence[MixTurn]) -> list[LeakRows]:
    """Group the turns by where their databases lie, as the audit reads them."""
    groups: dict[Path, list[LeakRow]] = {}
    for turn in turns:
        folder = turn.source.dataset.database_path(turn.database_id).parent.parent
        groups.setdefault(folder, []).append(LeakRow(turn.key, turn.database_id, turn.utterance, turn.sql))
    return [LeakRows(tuple(rows), folder) for folder, rows in groups.items()]
