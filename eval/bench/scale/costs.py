"""scale_costs: what running, scoring and reporting so many turns takes; the turns are those of a small data set, again and again."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.bench.graph import CommandCost, command_cost
from eval.bench.scale.generated_archive import ARCHIVE, generated_archive, link_databases
from eval.datasets import Dataset, load
from eval.record_lines import has_lines
from eval.records import AloneRecord, TurnRecord, each_alone, each_turn, read_manifest
from eval.runs.store import RunStore


@dataclass(frozen=True)
class StepCost:
    """One command over so many turns."""

    step: str
    turns: int
    cost: CommandCost
    disk_mb: float
    """Megabytes of what it wrote."""


def scale_costs(
    data: Path, folder: Path, sizes: Sequence[int], words: Sequence[str], *, answer: bool, generated: int = 0
) -> Iterator[StepCost]:
    """Run, score and report at each size, each command in a process of its own.

    Args:
        data: CoSQL's layout; its dev is repeated until there are so many turns.
        folder: where archives, runs and reports stay.
        sizes: how many turns, at least; the last copy is whole.
        words: further words of `turnsql eval run`.
        answer: answer every turn, in place of copying the records of the first.
        generated: make so many turns over the data's databases, and repeat those in place of its dev.

    Raises:
        TurnSQLError: A command failed.
    """
    if generated and not (folder / "generated" / ARCHIVE).exists():
        generated_archive(data, folder / "generated", generated)
    data = folder / "generated" if generated else data
    once = folder / "once"
    if not (once / "manifest.json").exists():
        cost = command_cost("eval", "run", "--data", str(data), "--out", str(once), *words)
        yield StepCost("run", read_manifest(once).turns, cost, _mb(once))
    for size in sizes:
        dataset = repeated_archive(data, folder / f"data-{size}", size)
        out = folder / f"run-{size}"
        shutil.rmtree(out, ignore_errors=True)
        if answer:
            cost = command_cost("eval", "run", "--data", str(dataset.folder), "--out", str(out), *words)
            yield StepCost("run", dataset.turns, cost, _mb(out))
        else:
            repeated_run(once, out, dataset)
        before = _mb(out)
        cost = command_cost("eval", "score", str(out))
        yield StepCost("score", dataset.turns, cost, _mb(out) - before)
        report = folder / f"report-{size}"
        shutil.rmtree(report, ignore_errors=True)
        cost = command_cost("eval", "report", str(out), "--out", str(report))
        yield StepCost("report", dataset.turns, cost, _mb(report))


def repeated_archive(data: Path, folder: Path, turns: int) -> Dataset:
    """Write an archive whose dev is another's, again and again; its databases are links."""
    dialogues = json.loads((data / ARCHIVE).read_text("utf-8"))
    copies = -(-turns // load("cosql", data, "dev").turns)
    (folder / ARCHIVE).parent.mkdir(parents=True, exist_ok=True)
    (folder / ARCHIVE).write_text(json.dumps(dialogues * copies), "utf-8")
    link_databases(data, folder)
    return load("cosql", folder, "dev")


def repeated_run(once: Path, folder: Path, dataset: Dataset) -> None:
    """Write a run of a repeated archive as if each copy had been answered alike."""
    manifest = read_manifest(once)
    distance = load(manifest.dataset, Path(manifest.data), manifest.split)
    manifest = manifest.model_copy(
        update={
            "data": str(dataset.folder), "rows_sha256": dataset.rows_sha256, "turns": dataset.turns,
            "dialogues": f"0:{len(dataset.dialogues)}",
        }
    )  # fmt: skip
    beside: dict[tuple[int, int], list[AloneRecord]] = {}
    for alone in each_alone(once) if has_lines(once / "alone.jsonl") else ():
        beside.setdefault(alone.key, []).append(alone)
    records = sorted(each_turn(once), key=lambda record: record.key)
    store = RunStore.create(folder, manifest)
    try:
        for start in range(0, len(dataset.dialogues), len(distance.dialogues)):
            for record in records:
                _copy(store, record, beside.get(record.key, []), start)
    finally:
        store.close()


def _copy(store: RunStore, record: TurnRecord, alone: Sequence[AloneRecord], start: int) -> None:
    moved = {"dialogue": record.dialogue + start}
    store.append(record.model_copy(update=moved), [each.model_copy(update=moved) for each in alone])


def _mb(folder: Path) -> float:
    return sum(os.path.getsize(path) for path in folder.rglob("*") if path.is_file()) / 1e6
