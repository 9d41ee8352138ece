"""prepare: a mix is made: sources read, turns chosen and audited, prompts taken from the nodes, rows written with a manifest.

turnsql data prepare --config configs/training/mixes/cosql.toml --data DATA --out runs/mix
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agent.config import Config
from eval.datasets import DataError
from eval.provenance import commit, versions
from eval.runs.experiment import RunOptions, read_experiment
from eval.runs.prompt_hash import prompts_sha256
from nodes.state import Stage
from training.data.chat import ChatMaker, ChatRow
from training.data.leak_guard import audit_turns, evaluation_files, split_by_database
from training.data.lengths import counter
from training.data.mix.config import MixConfig, load_mix
from training.data.mix.draw import draw_mix
from training.data.mix.manifest import MixManifest, source_entry
from training.data.mix.rows import MixRows
from training.data.mix.source import mix_source
from training.data.parts import PartFile
from training.data.turns import MixTurn, TurnSource, usable_turns
from value_index.files.atomic_file import write_atomically


@dataclass(frozen=True)
class _Agent:
    settings: Config
    oracle: frozenset[Stage]


def prepare(
    path: Path, data: Path, out: Path, *, tokenizer: str | None, say: Callable[[str], object],
    over: Mapping[str, Any] | None = None,
) -> MixManifest:  # fmt: skip
    """Make the mix of a settings file; a run that was killed goes on where it stopped.

    Args:
        path: the settings.
        data: the folder that holds cosql_dataset, spider_data, ...
        out: new, or that of an interrupted run.
        tokenizer: whose tokens are counted; estimated where None.
        say: told what happens.
        over: settings over those of the file.

    Raises:
        DataError: A source is absent, malformed, or not for training; `out` is taken; the disk is full.
        LeakError: The mix holds what models are measured on.
        TrainingError: A row is longer than the context, or the settings cannot be followed.
    """
    settings = load_mix(path, over)
    files = evaluation_files(data)
    agent = _agent(path, settings)
    maker = ChatMaker.of(settings, agent.settings, agent.oracle)
    count, counted_by = counter(tokenizer)

    left_out: Counter[str] = Counter()
    seen: set[tuple[str, str, str]] = set()
    sources = [
        mix_source(entry, data, out.with_name(out.name + ".databases"), settings.seed) for entry in settings.sources
    ]
    most = None if settings.rows is None else settings.rows * settings.considered
    usable = {
        source.name: list(usable_turns(source, seen, left_out, most=most, seed=settings.seed)) for source in sources
    }
    candidates = [turn for turns in usable.values() for turn in turns]
    train, apart = split_by_database(candidates, settings.validation_databases, left_out)
    train, audit = audit_turns(train, files)
    left_out["too near an evaluation row"] += len({leak.train for leak in audit.left_out})
    chosen = {
        "train": _chosen(train, sources, settings),
        "validation": draw_mix(
            {"": apart}, {"": 1.0}, rows=settings.validation_rows, balance="none", seed=settings.seed
        ),
    }
    say(f"{len(candidates):,} usable turns, {len(chosen['train']):,} to train on, {len(chosen['validation']):,} apart")

    fingerprint = _fingerprint(settings, agent, sources, chosen)
    parts = PartFile(out, fingerprint)
    made = MixRows(settings, maker, parts, count, counted_by, left_out)
    asyncio.run(made.make([turn for turns in chosen.values() for turn in turns]))
    if settings.rows is not None and settings.too_long == "leave_out":
        chosen["train"] = made.drawn_again(chosen["train"], train)
    rows, lengths = made.measured(chosen)

    first = sources[0].dataset
    database = first.open_database(first.dialogues[0].database_id)
    assert agent.settings.endpoint is not None
    manifest = MixManifest(
        fingerprint=fingerprint,
        settings=settings,
        agent_sha256=agent.settings.sha256,
        prompts_sha256=asyncio.run(prompts_sha256(maker.nodes, agent.settings.endpoint, database)),
        sources=tuple(source_entry(source, len(usable[source.name])) for source in sources),
        left_out={cause: number for cause, number in left_out.items() if number},
        rows={split: {stage: len(found) for stage, found in by_stage.items()} for split, by_stage in rows.items()},
        oracle_rows=sum(row.oracle for by_stage in rows.values() for found in by_stage.values() for row in found),
        audit=audit,
        lengths=lengths,
        hashes={split: tuple(sorted({turn.hash for turn in turns})) for split, turns in chosen.items()},
        commit=commit(),
        versions=versions(),
    )
    _write(out, rows, manifest)
    parts.remove()
    return manifest


def _agent(path: Path, settings: MixConfig) -> _Agent:
    config, experiment = read_experiment(RunOptions(data=Path(), out=Path(), config=path.parent / settings.agent))
    return _Agent(config, frozenset(experiment.oracle))


def _chosen(turns: Sequence[MixTurn], sources: Sequence[TurnSource], settings: MixConfig) -> list[MixTurn]:
    pools: defaultdict[str, list[MixTurn]] = defaultdict(list)
    for turn in turns:
        pools[turn.source.name].append(turn)
    weights = {source.name: source.weight for source in sources}
    found = draw_mix(pools, weights, rows=settings.rows, balance=settings.balance, seed=settings.seed)
    if not found:
        raise DataError("nothing is left to train on: see what the settings leave out")
    return found


def _fingerprint(
    settings: MixConfig, agent: _Agent, sources: Sequence[TurnSource], chosen: dict[str, list[MixTurn]]
) -> str:
    content = {
        "settings": settings.model_dump(mode="json"),
        "agent": agent.settings.sha256,
        "oracle": sorted(agent.oracle),
        "sources": [source.dataset.rows_sha256 for source in sources],
        "turns": {split: [turn.key for turn in turns] for split, turns in chosen.items()},
        "commit": commit(),
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _write(out: Path, rows: dict[str, dict[Stage, list[ChatRow]]], manifest: MixManifest) -> None:
    """Write every file whole, the manifest last: a folder with one is complete."""
    try:
        for split, by_stage in rows.items():
            (out / split).mkdir(exist_ok=True)
            for stage, found in by_stage.items():
                text = "".join(json.dumps(row.model_dump(mode="json"), ensure_ascii=False) + "\n" for row in found)
                write_atomically(out / split / f"{stage}.jsonl", text)
        write_atomically(out / "manifest.json", manifest.model_dump_json(indent=1) + "\n")
    except OSError as error:
        raise DataError(
            f"cannot write {out}: {error.strerror}: make room, then run the command again; nothing is lost"
        ) from error
