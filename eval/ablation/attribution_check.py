"""measure_modes: how often failure attribution names the mode by which a gold plan was corrupted on purpose."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import get_args

from eval.ablation.attribution import Attributor
from eval.ablation.corruptions import CorruptionInput, FailureMode, corrupt
from eval.datasets import Dataset
from eval.scoring.verdicts import judge

MODES: tuple[FailureMode, ...] = get_args(FailureMode)


@dataclass(frozen=True)
class ModeFigure:
    """One mode over a data set."""

    mode: FailureMode
    corrupted: int
    """Turns that were corrupted so, and whose answer became wrong."""
    named: int
    """How many of them have the mode among their findings."""
    alone: int
    """How many of them have nothing else among their findings."""

    def describe(self) -> str:
        """Say it in one line."""
        share = f"{self.named / self.corrupted:.3f}" if self.corrupted else "–"
        return f"{self.mode:<22}{self.corrupted:>8}{self.named:>8}{share:>8}{self.alone:>8}"


def measure_modes(dataset: Dataset, *, seed: int = 0) -> tuple[ModeFigure, ...]:
    """Corrupt every turn in every mode that it has a place for, and attribute those that are wrong then."""
    attributor = Attributor(dataset)
    return tuple(_measured(attributor, mode, seed) for mode in MODES)


def _measured(attributor: Attributor, mode: FailureMode, seed: int) -> ModeFigure:
    found = [attributor.modes(*turn) for turn in _wrong(attributor, mode, seed)]
    named = [{finding.mode for finding in findings} for findings in found]
    return ModeFigure(mode, len(named), sum(mode in modes for modes in named), named.count({mode}))


def _wrong(attributor: Attributor, mode: FailureMode, seed: int) -> Iterator[tuple[int, int, str]]:
    dataset, book = attributor.dataset, attributor.book
    for dialogue in dataset.dialogues:
        database = dataset.open_database(dialogue.database_id)
        for turn, row in enumerate(dialogue.turns):
            plan = book.plan(dialogue.index, turn)
            if plan is None:
                continue
            before = book.plan(dialogue.index, turn - 1) if turn else None
            draw = Random(f"{seed}/{mode}/{dialogue.index}/{turn}")
            sql = corrupt(mode, CorruptionInput(plan, before, database), draw)
            if sql and judge(database, row.query, sql, executions=attributor.executions).value is False:
                yield dialogue.index, turn, sql
