"""What a report is made from: a run's records and scores, and the gold where the data folder is still there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any, Literal

from eval.ablation.attribution import Attribution
from eval.datasets import Dataset
from eval.records import Manifest, RunError, TurnRecord, read_manifest, read_turns
from eval.scoring.score import open_rows
from eval.scoring.scores import (
    Summary,
    TurnScores,
    read_scores,
    read_summary,
)
from eval.turn_key import TurnKey
from value_index.errors import TurnSQLError

Mark = Literal["right", "wrong", "unscored", "not run"]


@dataclass(frozen=True)
class TurnView:
    """One turn with its verdicts."""

    record: TurnRecord
    scores: TurnScores
    gold_sql: str | None
    """None if the data folder is gone."""

    @property
    def mark(self) -> Mark:
        """What became of the turn, by the value verdict."""
        if self.record.outcome == "not_run":
            return "not run"
        if self.scores.value is None:
            return "unscored"
        return "right" if self.scores.value else "wrong"


@dataclass(frozen=True)
class RunView:
    """One scored run."""

    folder: Path
    manifest: Manifest
    summary: Summary
    turns: tuple[TurnView, ...]
    dataset: Dataset | None
    """None if the data folder is gone: the report then shows no gold."""
    name: str
    """The folder's; a report gives runs of equal name others."""
    attribution: Attribution | None = None
    """The attribution of a ladder's base: which stage gold repairs."""

    @property
    def dialogues(self) -> Iterator[tuple[int, list[TurnView]]]:
        """The turns by dialogue, in order."""
        for index, turns in groupby(self.turns, key=lambda turn: turn.record.dialogue):
            yield index, list(turns)

    def mean(self, *path: str) -> float | None:
        """Look a mean up, as in `mean("plan", "macro")`; None if the run has none."""
        found: Any = self.summary.means
        for key in path:
            found = found.get(key) if isinstance(found, dict) else None
        return found if isinstance(found, int | float) else None


def gather(folder: Path, data: Path | None = None) -> RunView:
    """Read a scored run.

    Args:
        folder: The run.
        data: The data folder, where it is not the one that the run names.

    Raises:
        TurnSQLError: The folder is no run, or the run is not scored.
    """
    manifest, summary = read_manifest(folder), read_summary(folder)
    records = {record.key: record for record in read_turns(folder)}
    scores = {line.key: line for line in read_scores(folder)}
    if set(scores) != set(records):
        raise RunError(f"{folder} has records without scores: run `turnsql eval score {folder}` again")
    dataset = _dataset(manifest, data)
    turns = tuple(TurnView(records[key], scores[key], _gold(dataset, key)) for key in sorted(records))
    return RunView(folder, manifest, summary, turns, dataset, folder.resolve().name)


def _dataset(manifest: Manifest, data: Path | None) -> Dataset | None:
    """Open the gold; a run can be read without it, so only a folder that was asked for must be there."""
    try:
        return open_rows(manifest, data)
    except TurnSQLError:
        if data:
            raise
        return None


def _gold(dataset: Dataset | None, key: TurnKey) -> str | None:
    return dataset.by_index[key[0]].turns[key[1]].query if dataset else None
