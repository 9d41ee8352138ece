"""What a report is made from: a run's records and scores, and the gold where the data folder is still there."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby, zip_longest
from pathlib import Path
from typing import Any, Literal

from eval.ablation.attribution import Attribution
from eval.datasets import Dataset
from eval.records import Manifest, RunError, TurnRecord, each_turn, read_manifest, read_turns
from eval.scoring.score import open_rows
from eval.scoring.scores import (
    Summary,
    TurnScores,
    each_score,
    read_scores,
    read_summary,
)
from eval.turn_key import TurnKey
from nodes.state import STAGES, Stage
from value_index.errors import TurnSQLError

KEPT_TURNS = 2_000
"""Turns of a run that are kept in memory: some 80 kB each."""
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


@dataclass
class RunFacts:
    """Figures of a run's turns, a few bytes a turn."""

    ms: dict[Stage, array[float]] = field(default_factory=lambda: {stage: array("d") for stage in STAGES})
    """Milliseconds of each stage in the turns that were run."""
    confidences: array[float] = field(default_factory=lambda: array("d"))
    """The confidences of the turns that were judged and have one."""
    right: bytearray = field(default_factory=bytearray)
    """Whether those turns are right."""
    flagged: int = 0
    """Turns whose gold the audit flags."""
    flags: Counter[str] = field(default_factory=Counter[str])
    asks_model: bool = False
    """Whether a language model was asked in a turn that was judged."""

    @classmethod
    def of(cls, turns: Iterable[TurnView]) -> RunFacts:
        """Read them off the turns."""
        facts = cls()
        for turn in turns:
            facts._add(turn)
        return facts

    def _add(self, turn: TurnView) -> None:
        record = turn.record
        if record.outcome != "not_run":
            for stage, times in self.ms.items():
                times.append(record.stages[stage].ms)
        if turn.mark in ("right", "wrong"):
            self.asks_model = self.asks_model or any(stage.calls for stage in record.stages.values())
            if (confidence := record.confidence) is not None:
                self.confidences.append(confidence)
                self.right.append(turn.mark == "right")
        if turn.scores.gold_flags:
            self.flagged += 1
            self.flags.update(turn.scores.gold_flags)


@dataclass(frozen=True)
class StoredTurns(Collection[TurnView]):
    """The turns of a run that has more than memory should hold: read from its files whenever they are gone through."""

    folder: Path
    dataset: Dataset | None
    count: int

    def __len__(self) -> int:
        return self.count

    def __contains__(self, turn: object) -> bool:
        return any(each == turn for each in self)

    def __iter__(self) -> Iterator[TurnView]:
        last = TurnKey(-1, -1)
        for record, line in zip_longest(each_turn(self.folder), each_score(self.folder)):
            if record is None or line is None or record.key != line.key:
                raise RunError(
                    f"{self.folder} has records without scores: run `turnsql eval score {self.folder}` again"
                )
            if record.key < last:
                raise RunError(f"{self.folder} was not finished: go on with --resume, and score it again")
            last = record.key
            yield TurnView(record, line, _gold(self.dataset, record.key))


@dataclass(frozen=True)
class RunView:
    """One scored run."""

    folder: Path
    manifest: Manifest
    summary: Summary
    turns: Collection[TurnView]
    """The turns in the order of the dialogues; very many are read from the disk, one at a time."""
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

    @cached_property
    def facts(self) -> RunFacts:
        """What tables and charts need of every turn, read once."""
        return RunFacts.of(self.turns)

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
    if summary.turns > KEPT_TURNS:
        dataset = _dataset(manifest, data)
        stored = StoredTurns(folder, dataset, summary.turns)
        return RunView(folder, manifest, summary, stored, dataset, folder.resolve().name)
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
