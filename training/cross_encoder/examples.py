# pyright: basic, reportMissingImports=false
"""What the cross-encoder learns from: planned turns as word pieces, built by several processes and kept beside the run."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import pickle
import random
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import track

from eval.datasets import Dataset, GoldDialogue
from nodes.compact.features import Tokenizer
from nodes.compact.network import SHIPPED as PLANNER
from nodes.compact.network import Network
from nodes.compact.ranking.cross_encoder import TurnText, turn_text
from nodes.compact.ranking.rerank import choice_of
from nodes.compact.turn_encoding import Planner
from training.compact.schema_renaming import vocabulary
from training.cross_encoder.config import RerankConfig
from training.cross_encoder.planned_turns import PlannedTurn, TurnPlanner
from training.dev_databases import refuse_dev_databases
from training.kept_examples import read_kept

PREFERRED = 0.45
"""Turns of the first source are drawn as if this share of the others stood before them: half of the turns are then a person's."""


@dataclass(frozen=True)
class Example:
    """One turn to learn from."""

    database_id: str
    text: TurnText
    rewards: tuple[float, ...]
    """What each plan is worth; see `training.compact.rerank.Judged`."""


@dataclass(frozen=True)
class ExampleSet:
    """The examples of a run, and the hash of the rows of each source."""

    examples: tuple[Example, ...]
    rows_sha256: dict[str, str]


@dataclass(frozen=True)
class _Part:
    database: str
    path: Path


class _Worker:
    """What a process builds its parts with."""

    def __init__(self, config: RerankConfig, data: Path) -> None:
        self.config = config
        planner = Planner(Network(Path(config.weights) if config.weights else PLANNER))
        self.tokenizer: Tokenizer = planner.network.tokenizer
        datasets = sources(config, data)
        words = vocabulary(_schemas(datasets))
        choice = choice_of(planner, config.weights)["plan"]
        self.planners = [
            TurnPlanner(each, planner, choice, words, config.seed, config.corrupted, config.candidates)
            for each in datasets
        ]

    def build(self, part: _Part) -> None:
        partial = part.path.with_suffix(".partial")
        partial.write_bytes(pickle.dumps(list(self._examples(part.database))))
        os.replace(partial, part.path)

    def _examples(self, database: str) -> Iterator[Example]:
        draw = random.Random(f"{self.config.seed}/{database}")
        for planner, dialogue, turn in _drawn(self.planners, database, self.config.turns, draw):
            planned = planner.plan(dialogue, turn, rename=draw.random() < self.config.renamed)
            if planned and {each.right for each, _ in planned.candidates} == {True, False}:
                yield Example(database, text_of(planned, self.tokenizer), rewards_of(planned))


_worker: _Worker


def _begin(config: RerankConfig, data: Path) -> None:
    global _worker
    _worker = _Worker(config, data)


def _build(part: _Part) -> None:
    _worker.build(part)


def build_examples(config: RerankConfig, data: Path, folder: Path, *, workers: int, console: Console) -> ExampleSet:
    """Build the examples of every database but those of the validation fold.

    Args:
        folder: where finished parts are kept; those that it holds, of the same settings and rows, are not built again.

    Raises:
        LeakError: a source talks about a development database.
    """
    datasets = sources(config, data)
    hashes = {f"{each.dataset}/{each.split}": d.rows_sha256 for each, d in zip(config.sources, datasets, strict=True)}
    chosen = config.model_dump(
        mode="json",
        include={"sources", "validation_databases", "seed", "weights", "turns", "renamed", "corrupted", "candidates"},
    )
    key = hashlib.sha256(json.dumps([chosen, hashes], sort_keys=True).encode()).hexdigest()[:12]
    (folder / key).mkdir(parents=True, exist_ok=True)
    databases = sorted({dialogue.database_id for dataset in datasets for dialogue in dataset.dialogues})
    parts = [_Part(name, folder / key / f"{name}.pkl") for name in databases]
    missing = [part for part in parts if not part.path.exists()]
    if missing:
        # Not forked: torch has threads by now.
        spawn = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(workers, spawn, _begin, (config, data)) as pool:
            for _ in track(pool.map(_build, missing), "planning turns", len(missing), console=console):
                pass
    examples = tuple(each for part in parts for each in read_kept(part.path))
    return ExampleSet(examples, hashes)


def sources(config: RerankConfig, data: Path) -> list[Dataset]:
    """Load the sources without the validation fold.

    Raises:
        LeakError: one talks about a development database.
    """
    datasets = [source.load(data) for source in config.sources]
    for dataset in datasets:
        refuse_dev_databases(dataset)
    return [dataset.without(config.validation_databases) for dataset in datasets]


def text_of(planned: PlannedTurn, tokenizer: Tokenizer) -> TurnText:
    """Put a planned turn into word pieces."""
    plans = [each.candidate.plan for each, _ in planned.candidates]
    return turn_text(tokenizer, planned.schema, planned.said, planned.previous, plans)


def rewards_of(planned: PlannedTurn) -> tuple[float, ...]:
    """Return what each candidate is worth."""
    return tuple(each.reward for each, _ in planned.candidates)


def _schemas(datasets: Sequence[Dataset]) -> Iterator:
    homes = {dialogue.database_id: dataset for dataset in datasets for dialogue in dataset.dialogues}
    return (homes[each].open_database(each).schema for each in sorted(homes))


def _drawn(
    planners: Sequence[TurnPlanner], database: str, count: int, draw: random.Random
) -> list[tuple[TurnPlanner, GoldDialogue, int]]:
    """Draw turns about a database, those of the first source sooner than the others."""
    turns = [
        (planner, dialogue, turn)
        for planner in planners
        for dialogue in planner.dataset.dialogues
        if dialogue.database_id == database
        for turn in range(len(dialogue.turns))
    ]
    places = [draw.random() * (PREFERRED if planner is planners[0] else 1.0) for planner, _, _ in turns]
    order = sorted(range(len(turns)), key=places.__getitem__)
    return [turns[at] for at in order[:count]]
