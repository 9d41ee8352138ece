"""Make a mix: sources read, turns chosen and audited, prompts taken from the nodes, rows written with a manifest.

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
from typing import Any, cast

from agent.config import Config
from eval.conversations.make import Half
from eval.datasets import DataError, Dataset, GoldDialogue, GoldTurn, parse_range
from eval.progress import Progress
from eval.provenance import commit, versions
from eval.runs.experiment import RunOptions, read_experiment
from eval.runs.prompt_hash import prompts_sha256
from nodes.llm.messages import EndpointError
from nodes.state import Stage
from training.data.catalogue import TRAINABLE, Role, data_set, split_of
from training.data.chat import ChatMaker, ChatRow
from training.data.draw import draw_mix
from training.data.generated.conversations import conversations_about
from training.data.generated.schema_rich import generate
from training.data.leak_guard import LeakAudit, audit_turns, evaluation_files, split_by_database
from training.data.lengths import Lengths, counter
from training.data.mix_config import MixConfig, MixSource, load_mix
from training.data.parts import PartFile
from training.data.sources import load_source
from training.data.turns import MixTurn, TurnSource, usable_turns
from training.dev_databases import LeakError, refuse_dev_databases
from training.settings import TrainingError
from value_index.atomic_file import write_atomically
from value_index.models import FrozenModel

SPLITS = ("train", "validation")
MADE_HERE = ("schema_rich", "conversations")
"""Sets whose questions are made over the databases of another."""


class SourceEntry(FrozenModel):
    """The origin of some rows of a mix."""

    name: str
    role: Role
    licence: str
    dialect: str
    page: str
    rows_sha256: str
    turns: int
    """The turns of the split."""
    usable: int
    """How many of those looked at are no duplicate and no artefact, and have a gold that runs."""


class MixManifest(FrozenModel):
    """What a mix was made of."""

    fingerprint: str
    """The fingerprint of settings, agent, sources and code: the same mix again has the same."""
    settings: MixConfig
    agent_sha256: str
    prompts_sha256: str | None
    sources: tuple[SourceEntry, ...]
    left_out: dict[str, int]
    """Turns by cause."""
    rows: dict[str, dict[str, int]]
    """The rows by split and stage."""
    oracle_rows: int
    """Rows whose prompt holds gold of its own turn: 0 in an honest mix."""
    audit: LeakAudit
    lengths: dict[str, Lengths]
    """The lengths of the training rows, by stage."""
    hashes: dict[str, tuple[str, ...]]
    """The hashes by split, sorted: 16 hex digits of the SHA-256 of each turn's database, question and SQL, folded."""
    commit: str
    versions: dict[str, str]


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
        _source(entry, data, out.with_name(out.name + ".databases"), settings.seed) for entry in settings.sources
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
    asyncio.run(_make(maker, [turn for turns in chosen.values() for turn in turns], parts))
    if settings.rows is not None and settings.too_long == "leave_out":
        chosen["train"] = _drawn_again(chosen["train"], train, settings, maker, parts, count, left_out)
    rows, lengths = _measured(chosen, parts, settings, count, counted_by, left_out)

    first = sources[0].dataset
    database = first.open_database(first.dialogues[0].database_id)
    assert agent.settings.endpoint is not None
    manifest = MixManifest(
        fingerprint=fingerprint,
        settings=settings,
        agent_sha256=agent.settings.sha256,
        prompts_sha256=asyncio.run(prompts_sha256(maker.nodes, agent.settings.endpoint, database)),
        sources=tuple(_entry(source, len(usable[source.name])) for source in sources),
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


def _source(entry: MixSource, data: Path, work: Path, seed: int) -> TurnSource:
    """Read a source, refusing one that is not for training."""
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


def _chosen(turns: Sequence[MixTurn], sources: Sequence[TurnSource], settings: MixConfig) -> list[MixTurn]:
    pools: defaultdict[str, list[MixTurn]] = defaultdict(list)
    for turn in turns:
        pools[turn.source.name].append(turn)
    weights = {source.name: source.weight for source in sources}
    found = draw_mix(pools, weights, rows=settings.rows, balance=settings.balance, seed=settings.seed)
    if not found:
        raise DataError("nothing is left to train on: see what the settings leave out")
    return found


async def _make(maker: ChatMaker, turns: Sequence[MixTurn], parts: PartFile) -> None:
    """Make the rows of every turn that has none yet."""
    distinct = list({turn.key: turn for turn in turns}.values())
    todo = [turn for turn in distinct if turn.key not in parts.done]
    with Progress("turns", total=len(distinct), done=len(distinct) - len(todo)) as progress:
        for turn in todo:
            try:
                parts.add(turn.key, await maker.rows(turn))
            except EndpointError as error:
                raise TrainingError(f"{turn.key}: {error}") from error
            progress.advance()


def _drawn_again(
    chosen: list[MixTurn], pool: Sequence[MixTurn], settings: MixConfig, maker: ChatMaker, parts: PartFile,
    count: Callable[..., int], left_out: Counter[str],
) -> list[MixTurn]:  # fmt: skip
    """Put others in the place of turns that have a row longer than the context, until none is left to draw."""

    def fits(turn: MixTurn) -> bool:
        return all(count(row.messages) <= settings.context_tokens for row in parts.done[turn.key])

    kept, tried = [turn for turn in chosen if fits(turn)], {turn.key for turn in chosen}
    left_out["longer than the context, others drawn"] += len(chosen) - len(kept)
    while (missing := len(chosen) - len(kept)) and (rest := [turn for turn in pool if turn.key not in tried]):
        drawn = draw_mix({"": rest}, {"": 1.0}, rows=missing, balance=settings.balance, seed=settings.seed)
        asyncio.run(_make(maker, drawn, parts))
        tried |= {turn.key for turn in drawn}
        kept += [turn for turn in drawn if fits(turn)]
        left_out["longer than the context, others drawn"] += sum(not fits(turn) for turn in drawn)
    return kept


def _measured(
    chosen: dict[str, list[MixTurn]],
    parts: PartFile,
    settings: MixConfig,
    count: Callable[..., int],
    by: str,
    left_out: Counter[str],
) -> tuple[dict[str, dict[Stage, list[ChatRow]]], dict[str, Lengths]]:
    """Gather the rows by split and stage, none longer than the context."""
    rows: dict[str, dict[Stage, list[ChatRow]]] = {split: {} for split in SPLITS}
    lengths: defaultdict[str, list[int]] = defaultdict(list)
    for split, turns in chosen.items():
        for turn in turns:
            for row in parts.done[turn.key]:
                tokens = count(row.messages)
                if tokens > settings.context_tokens:
                    if settings.too_long == "refuse":
                        raise TrainingError(
                            f"{turn.key}: the {row.stage} row has {tokens:,} tokens ({by}), context_tokens allows "
                            f'{settings.context_tokens:,}: raise it, or set too_long = "leave_out"; rows are never cut'
                        )
                    left_out[f"{row.stage} row longer than the context"] += 1
                    continue
                rows[split].setdefault(row.stage, []).append(row)
                if split == "train":
                    lengths[row.stage].append(tokens)
    return rows, {stage: Lengths.of(found, settings.context_tokens, by) for stage, found in lengths.items()}


def _entry(source: TurnSource, usable: int) -> SourceEntry:
    name, _, split = source.name.partition("/")
    known = data_set(name)
    return SourceEntry(
        name=source.name,
        role=split_of(name, split).role,
        licence=known.licence,
        dialect=known.dialect,
        page=known.page,
        rows_sha256=source.dataset.rows_sha256,
        turns=source.dataset.turns,
        usable=usable,
    )


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
