"""Score a run: read its records, judge every turn, write `scores.jsonl` and `summary.json`. No model is called."""

from __future__ import annotations

from pathlib import Path

from eval.datasets import Dataset, load, parse_range
from eval.record_chain import edited_lines
from eval.records import Manifest, RunError, each_turn, read_manifest
from eval.runs.input_hashes import changed, database_hashes
from eval.scoring.judged import judged
from eval.scoring.scores import Summary
from eval.scoring.summary import Summing
from value_index.files.atomic_file import atomic_file, write_atomically
from value_index.render import strict_json


def score(run: Path, data: Path | None = None, *, suite: bool = False, workers: int = 1) -> Summary:
    """Write a run's scores and return its summary.

    Args:
        data: the data folder, where it is no longer the one that the run was made from.
        suite: judge right turns on mutated copies of their databases too.
        workers: how many processes share the dialogues out.

    Raises:
        TurnSQLError: no run, no data, or data whose rows are not those of the run.
    """
    manifest = read_manifest(run)
    first = next(each_turn(run), None)
    if first is None:
        raise RunError(f"{run} has no turns to score: run it first")
    dataset = open_rows(manifest, data)
    summing = Summing(manifest)
    try:
        with atomic_file(run / "scores.jsonl") as file:
            for turn in judged(dataset, run, suite=suite, workers=workers):
                file.write((strict_json(turn.scores.model_dump(mode="json")) + "\n").encode())
                summing.add(turn.scores)
                if turn.baseline:
                    summing.add_baseline(turn.baseline)
    finally:
        dataset.close()
    summary = summing.summary(first, edited_lines(run, manifest))
    write_atomically(run / "summary.json", strict_json(summary.model_dump(mode="json"), indent=2) + "\n")
    return summary


def changed_databases(run: Path, data: Path | None = None) -> tuple[str, ...]:
    """Name the databases whose content is no longer what the run was made from.

    Raises:
        TurnSQLError: as `score`.
    """
    manifest = read_manifest(run)
    dataset = open_rows(manifest, data)
    try:
        return changed(manifest.database_hashes, database_hashes(dataset))
    finally:
        dataset.close()


def open_rows(manifest: Manifest, data: Path | None) -> Dataset:
    """Return the dialogues that a run was made from, their databases open.

    Raises:
        RunError: The folder holds other rows.
    """
    folder = data or Path(manifest.data)
    dataset = load(manifest.dataset, folder, manifest.split)
    dataset = dataset.select(*parse_range(manifest.dialogues), manifest.databases)
    dataset = dataset.shard(manifest.shard) if manifest.shard else dataset
    if dataset.rows_sha256 != manifest.rows_sha256:
        raise RunError(f"{folder} holds other rows than the run was made from: give --data the same archive")
    dataset.open_databases()
    return dataset
