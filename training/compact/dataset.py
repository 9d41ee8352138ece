# pyright: basic, reportMissingImports=false
"""The examples of every source of a compact run: built by several processes, kept beside the run so that a killed one goes on."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import pickle
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import track
from tokenizers import Tokenizer

from eval.datasets import Dataset
from training.compact.config import CompactConfig
from training.compact.examples import Example, ExampleBuilder
from training.compact.schema_renaming import vocabulary
from training.compact.schema_synonyms import synonyms
from training.dev_databases import refuse_dev_databases
from training.kept_examples import read_kept
from training.settings import Source
from value_index.files.atomic_file import write_atomically

TURNS = 400
"""The number of turns built at once, roughly; a database is never cut, since its index is built for its turns."""


@dataclass(frozen=True)
class Built:
    """What a run learns from."""

    examples: list[Example]
    counts: Counter[str]
    """Turns kept, renamed and left out, by cause."""
    rows_sha256: dict[str, str]
    """The hash of the rows of each source."""


@dataclass(frozen=True)
class _Part:
    source: int
    databases: tuple[str, ...]
    path: Path


class _Worker:
    """What a process builds its parts with."""

    def __init__(self, config: CompactConfig, data: Path, base: Path, kept: Path, words: Sequence[str]) -> None:
        self.config, self.words, self.tokenizer = config, words, load_tokenizer(base)
        self.datasets = _datasets(config, data, kept)

    def build(self, part: _Part) -> None:
        dataset, config = self.datasets[part.source].about(part.databases), self.config
        builder = ExampleBuilder(
            dataset, self.tokenizer, corrupted=config.corrupted, seed=config.seed, words=self.words,
            synonyms=config.synonyms, as_is=config.validation_databases,
        )  # fmt: skip
        write_atomically(part.path, pickle.dumps((list(builder.examples(dataset.dialogues)), builder.counts)))


_worker: _Worker


def _begin(config: CompactConfig, data: Path, base: Path, kept: Path, words: Sequence[str]) -> None:
    global _worker
    _worker = _Worker(config, data, base, kept, words)


def _build(part: _Part) -> None:
    _worker.build(part)


def build_examples(
    config: CompactConfig, data: Path, base: Path, folder: Path, *, workers: int, console: Console
) -> Built:
    """Build the examples of every source.

    Args:
        base: the folder of the base encoder, for its tokenizer.
        folder: where finished parts are kept; those that it holds, of the same settings and rows, are not built again.

    Raises:
        LeakError: a source talks about a development database.
    """
    datasets = _datasets(config, data, folder)
    for dataset in datasets:
        refuse_dev_databases(dataset)
    hashes = {
        f"{source.dataset}/{source.split}": d.rows_sha256 for source, d in zip(config.sources, datasets, strict=True)
    }
    words = _vocabulary(datasets, config.validation_databases) if config.renamed else ()
    parts = [
        part
        for number, (source, each) in enumerate(zip(config.sources, datasets, strict=True))
        for part in _parts(number, each, folder / _key(config, source, each, words))
    ]
    for parent in {part.path.parent for part in parts}:
        parent.mkdir(parents=True, exist_ok=True)
    missing = [part for part in parts if not part.path.exists()]
    if missing:
        # Not forked: torch has threads by now.
        spawn = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(workers, spawn, _begin, (config, data, base, folder, words)) as pool:
            for _ in track(pool.map(_build, missing), "building examples", len(missing), console=console):
                pass
    examples: list[Example] = []
    counts: Counter[str] = Counter()
    for part in parts:
        found, left_out = read_kept(part.path)
        examples += found
        counts += left_out
    return Built(examples, counts, hashes)


def _key(config: CompactConfig, source: Source, dataset: Dataset, words: Sequence[str]) -> str:
    """Return what the examples of a source depend on, hashed: with another source beside it they stay as they are."""
    settings = config.model_dump(mode="json", include={"validation_databases", "seed", "corrupted", "renamed"})
    parts = [settings, source.model_dump(mode="json"), dataset.rows_sha256, list(words)]
    parts += [sorted(synonyms().items())] if config.synonyms else []
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:12]


def _datasets(config: CompactConfig, data: Path, kept: Path) -> list[Dataset]:
    datasets = [source.load(data, kept) for source in config.sources]
    # What a model wrote says nothing of how the planner does with people.
    return [dataset.without(config.validation_databases) if dataset.name == "qda" else dataset for dataset in datasets]


def _parts(source: int, dataset: Dataset, folder: Path) -> Iterator[_Part]:
    turns: Counter[str] = Counter()
    for dialogue in dataset.dialogues:
        turns[dialogue.database_id] += len(dialogue.turns)
    groups: list[list[str]] = []
    for database in sorted(turns):
        if not groups or sum(turns[each] for each in groups[-1]) >= TURNS:
            groups.append([])
        groups[-1].append(database)
    for number, group in enumerate(groups):
        yield _Part(source, tuple(group), folder / f"{number}.pkl")


def _vocabulary(datasets: Sequence[Dataset], held_out: Sequence[str]) -> tuple[str, ...]:
    """Return the words of the names of all schemas that are trained on."""
    homes = {dialogue.database_id: dataset for dataset in datasets for dialogue in dataset.dialogues}
    return vocabulary(homes[each].open_database(each).schema for each in sorted(homes) if each not in held_out)


def load_tokenizer(folder: Path) -> Tokenizer:
    """Load the word-piece tokenizer, without its own padding and cutting."""
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer
