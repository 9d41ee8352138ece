"""What a part of the prompt is worth: one model asked the same turns with and without it, compared turn by turn."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean
from typing import Any, cast

from agent.config import read_tables
from eval.records import TurnRecord, read_manifest, read_turns
from eval.runs.experiment import RunOptions
from eval.runs.run import run
from eval.scoring.score import open_rows
from eval.scoring.verdicts import Executions, judge
from eval.statistics import Difference, compare_paired, holm
from eval.turn_key import TurnKey
from nodes.prompts.parts import PromptParts
from training.experiments.chain_config import as_toml
from training.experiments.steps import Steps
from training.settings import TrainingError
from value_index.files.atomic_file import write_atomically


@dataclass(frozen=True)
class PartEffect:
    """What a model made of one variation of the prompt, by its first answers: a plan that stands in for one counts for nothing."""

    sql: float
    """Share of the turns whose answer holds SQL."""
    runs: float
    """Share whose SQL runs."""
    found: Difference
    """The value verdicts against those of the base."""
    p_adjusted: float | None
    """The p value corrected by Holm over the variations; None of the base."""


@dataclass(frozen=True)
class PartRuns:
    """Asks a model every variation over the same turns."""

    agent: Path
    """The configuration that asks; its prompt is replaced."""
    dialogues: str
    data: Path
    out: Path
    concurrency: int = 1
    steps: Steps = field(default_factory=Steps)

    def ask(self, prompts: Mapping[str, PromptParts]) -> None:
        """Make the run of every variation that is not whole.

        Raises:
            TurnSQLError: the endpoint does not answer; what was answered is kept.
        """
        for name, parts in prompts.items():
            whole = self.out / "runs" / name / "asked"
            self.steps.take(name, whole, lambda: self._ask(name, parts, whole))  # noqa: B023

    def _ask(self, name: str, parts: PromptParts, whole: Path) -> None:
        settings, out = self.out / "settings" / f"{name}.toml", whole.parent
        settings.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(settings, as_toml(self._tables(parts)))
        counts = run(
            RunOptions(
                data=self.data, out=out, config=settings, dialogues=self.dialogues, concurrency=self.concurrency,
                alone=False, resume=(out / "manifest.json").is_file(), environment=os.environ,
            )
        )  # fmt: skip
        if counts.stopped or counts.not_run:
            raise TrainingError(f"{name}: {counts.stopped or counts.first_error}: run this again to go on")
        write_atomically(whole, "")

    def _tables(self, parts: PromptParts) -> dict[str, Any]:
        tables = read_tables(self.agent)
        nodes = cast("dict[str, Any]", tables["nodes"])
        asking = nodes.get("sql_generation")
        if not isinstance(asking, dict):
            raise TrainingError(f"{self.agent}: sql_generation asks no model")
        prompt = parts.model_dump(exclude_unset=True)
        return {**tables, "nodes": {**nodes, "sql_generation": {**cast("dict[str, Any]", asking), "prompt": prompt}}}


def part_effects(runs: Path, names: Sequence[str]) -> dict[str, PartEffect]:
    """Judge the runs of some variations, the first of which is the base."""
    executions, found = Executions(), {name: dict[TurnKey, _First]() for name in names}
    manifest = read_manifest(runs / names[0])
    dataset = open_rows(manifest, None)
    for name in names:
        for record in read_turns(runs / name):
            row, sql = dataset.by_index[record.dialogue], _first_sql(record)
            database = dataset.open_database(row.database_id)
            right = judge(database, row.turns[record.turn].query, sql, executions=executions).value
            if right is not None:
                found[name][record.key] = _First(bool(sql), bool(sql) and executions.run(database, sql).ok, right)
    dataset.close()
    against = [_against(found[names[0]], found[name]) for name in names]
    adjusted = (None, *holm([each.p_value for each in against[1:]]))
    return {
        name: PartEffect(_share(found[name], "sql"), _share(found[name], "runs"), each, p_value)
        for name, each, p_value in zip(names, against, adjusted, strict=True)
    }


@dataclass(frozen=True)
class _First:
    """The first answer to a turn."""

    sql: bool
    runs: bool
    right: bool


def _first_sql(record: TurnRecord) -> str:
    return record.attempts[0].sql if record.attempts else record.sql


def _share(found: Mapping[TurnKey, _First], what: str) -> float:
    return fmean(float(getattr(each, what)) for each in found.values())


def _against(base: Mapping[TurnKey, _First], other: Mapping[TurnKey, _First]) -> Difference:
    keys = sorted(base.keys() & other.keys())
    first, second = ([float(each[key].right) for key in keys] for each in (base, other))
    return compare_paired(first, second, [key.dialogue for key in keys])
