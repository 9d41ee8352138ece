"""merge_shards: the shards of a run, answered wherever, joined into one run folder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from heapq import merge
from itertools import groupby
from operator import attrgetter
from pathlib import Path

from eval.datasets import load, parse_range
from eval.record_chain import describe_edits, edited_lines
from eval.record_lines import has_lines
from eval.records import IDENTITY, AloneRecord, Manifest, RunError, TurnRecord, read_lines, read_manifest
from eval.runs.parquet import RecordsFormat, check_records_format, pack_records
from eval.runs.store import RunStore
from eval.turn_key import TurnKey

_OWN = frozenset(("shard", "rows_sha256", "database_hashes"))
"""What the manifests of two shards may differ in."""


def merge_shards(runs: Sequence[Path], out: Path, data: Path | None = None, records: RecordsFormat = "jsonl") -> int:
    """Join all shards of a run, and return how many turns they hold together.

    Args:
        data: the data folder, where it is no longer the one that the shards were made from.
        records: how the records are kept.

    Raises:
        TurnSQLError: A shard is missing, not finished, edited, or of another run; nothing is written.
    """
    check_records_format(records)
    shards = _by_shard(runs)
    first = next(iter(shards.values()))
    rows = load(first.dataset, data or Path(first.data), first.split)
    rows = rows.select(*parse_range(first.dialogues), first.databases)
    for run, manifest in shards.items():
        _check(run, manifest, first, rows.shard(manifest.shard or "1/1").rows_sha256)
    commits = dict.fromkeys(commit for each in shards.values() for commit in (each.commit, *each.resumed_by))
    whole = first.model_copy(
        update={
            "shard": None,
            "rows_sha256": rows.rows_sha256,
            "turns": rows.turns,
            "database_hashes": {k: v for each in shards.values() for k, v in each.database_hashes.items()},
            "oracle_prompt_rows": sum(each.oracle_prompt_rows for each in shards.values()),
            "resumed_by": tuple(commit for commit in commits if commit != first.commit),
        }
    )
    store = RunStore.create(out, whole, (path for path in rows.database_paths if path.is_file()))
    try:
        turns = sum(1 for _ in _copied(list(shards), store))
    finally:
        store.close()
        rows.close()
    if records == "parquet":
        pack_records(out)
    return turns


def _by_shard(runs: Sequence[Path]) -> Mapping[Path, Manifest]:
    """Read the manifests, in the order of the shards.

    Raises:
        RunError: One is no shard, is there twice, or is missing.
    """
    manifests = {run: read_manifest(run) for run in runs}
    places: dict[int, Path] = {}
    number = ""
    for run, manifest in manifests.items():
        if manifest.shard is None:
            raise RunError(f"{run} is no shard: make one with `turnsql eval run --shard I/N`")
        place, _, total = manifest.shard.partition("/")
        if number not in ("", total):
            raise RunError(f"{run} is shard {manifest.shard}, and another is one of {number}")
        if int(place) in places:
            raise RunError(f"{run} and {places[int(place)]} are both shard {manifest.shard}")
        places[int(place)], number = run, total
    if absent := [f"{place}/{number}" for place in range(1, int(number) + 1) if place not in places]:
        raise RunError(f"shard {', '.join(absent)} is missing: give the folders of all {number}")
    return {places[place]: manifests[places[place]] for place in sorted(places)}


def _check(run: Path, manifest: Manifest, first: Manifest, rows_sha256: str) -> None:
    """Refuse a shard that does not belong to the others or is not whole.

    Raises:
        RunError: It is so.
    """
    for name in IDENTITY:
        if name not in _OWN and getattr(manifest, name) != getattr(first, name):
            raise RunError(f"{run} was made from another {name} than shard {first.shard}")
    if manifest.rows_sha256 != rows_sha256:
        raise RunError(f"{manifest.data} holds other rows than {run} was made from: give --data the same archive")
    for name, hashed in manifest.database_hashes.items():
        if first.database_hashes.get(name, hashed) != hashed:
            raise RunError(f"{run} was made from another content of {name} than shard {first.shard}")
    if edited := edited_lines(run, manifest):
        raise RunError(f"{run} was edited after it was written ({describe_edits(edited)}): run it again")
    records = sum(record.outcome != "not_run" for record in read_lines(run / "turns.jsonl", TurnRecord))
    if records < manifest.turns:
        raise RunError(f"{run} has {records} of {manifest.turns} turns: go on with --resume")


def _copied(runs: Sequence[Path], store: RunStore) -> Iterator[TurnKey]:
    """Write the records of all shards in order, and yield the turn of each; a few records are in memory at a time."""
    key = attrgetter("key")
    turns = merge(*(read_lines(run / "turns.jsonl", TurnRecord) for run in runs), key=key)
    beside = [run / "alone.jsonl" for run in runs]
    alone = groupby(merge(*(read_lines(p, AloneRecord) for p in beside if has_lines(p)), key=key), key=key)
    at, group = next(alone, (None, iter(())))
    for record in turns:
        own = list(group) if at == record.key else []
        store.append(record, own)
        if own:
            at, group = next(alone, (None, iter(())))
        yield record.key
